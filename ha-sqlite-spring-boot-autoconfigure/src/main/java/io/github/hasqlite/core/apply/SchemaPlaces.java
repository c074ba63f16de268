package io.github.hasqlite.core.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The table {@code ha_schema_changes}: where in the stream the last schema change is, and the last one that
 * is not of the same publisher (rule R13). That is all that is needed to know whether anybody but a given
 * publisher has changed the schema since a given place. It is part of the canonical state. Not thread-safe;
 * used inside the applier's transactions.
 */
final class SchemaPlaces {

    private static final StateTable TABLE =
            new StateTable("ha_schema_changes", "publisher TEXT PRIMARY KEY, sequence INTEGER NOT NULL");

    private final Connection connection;
    private boolean loaded;
    private String publisher = "";
    private long newest;
    private long newestOfOthers;

    SchemaPlaces(Connection connection) {
        this.connection = connection;
    }

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        TABLE.create(connection);
    }

    /**
     * Notes a schema change inside the caller's transaction.
     *
     * @param through the connection whose transaction deals with the change set
     * @param sequence its place in the stream
     * @param publisher whose it is; empty if it is of the Go implementation
     */
    static void write(Connection through, long sequence, String publisher) throws SQLException {
        if (!TABLE.exists(through)) {
            return;
        }
        try (PreparedStatement insert = through.prepareStatement(
                        "INSERT OR REPLACE INTO main.ha_schema_changes(publisher, sequence) VALUES(?,?)");
                Statement forget = through.createStatement()) {
            insert.setString(1, publisher);
            insert.setLong(2, sequence);
            insert.executeUpdate();
            forget.executeUpdate("DELETE FROM main.ha_schema_changes WHERE publisher NOT IN (SELECT publisher FROM"
                    + " main.ha_schema_changes ORDER BY sequence DESC LIMIT 2)");
        }
    }

    /** What is in the table may be something else now. */
    void forget() {
        loaded = false;
    }

    /** Whether anybody but this publisher has changed the schema behind this place. */
    boolean othersSince(long base, String asking) throws SQLException {
        if (!loaded) {
            load();
        }
        return (publisher.equals(asking) ? newestOfOthers : newest) > base;
    }

    private void load() throws SQLException {
        publisher = "";
        newest = 0;
        newestOfOthers = 0;
        if (TABLE.exists(connection)) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "SELECT publisher, sequence FROM main.ha_schema_changes ORDER BY sequence DESC")) {
                if (rows.next()) {
                    publisher = rows.getString(1);
                    newest = rows.getLong(2);
                    newestOfOthers = rows.next() ? rows.getLong(2) : 0;
                }
            }
        }
        loaded = true;
    }
}
