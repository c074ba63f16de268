package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The table {@code ha_dead_letters}: messages that this node could not apply and left out, so that its
 * content may differ from the other nodes'. Used inside the applier's transactions, but {@link #size}
 * may be asked by anyone.
 */
final class DeadLetters {

    private final Connection connection;
    private volatile long count;

    DeadLetters(Connection connection) throws SQLException {
        this.connection = connection;
        recount();
    }

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_dead_letters(sequence INTEGER PRIMARY KEY,"
                    + " at_ns INTEGER NOT NULL, publisher TEXT NOT NULL, counter INTEGER NOT NULL,"
                    + " reason TEXT NOT NULL, message BLOB NOT NULL)");
        }
    }

    /** Adds a message; of one that came in parts, the last part. */
    void add(InboundMessage received, String reason) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT OR REPLACE INTO main.ha_dead_letters("
                + "sequence, at_ns, publisher, counter, reason, message) VALUES(?,?,?,?,?,?)")) {
            insert.setLong(1, received.sequence());
            insert.setLong(2, received.message().timestampNs());
            insert.setString(3, received.publisher());
            insert.setLong(4, received.counter());
            insert.setString(5, reason);
            insert.setBytes(6, received.message().data());
            insert.executeUpdate();
        }
    }

    /** Counts them anew, after a transaction that added one. */
    final void recount() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM main.ha_dead_letters")) {
            count = rows.getLong(1);
        }
    }

    /** How many there are. */
    long size() {
        return count;
    }
}
