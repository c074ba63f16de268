package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_feeds}: how far consumers of the change feed have come on this node. It is the node's own, so it is
 * in no snapshot. Used with the write lock held, but for reading.
 */
public final class FeedTable {

    static final String NAME = "ha_feeds";

    private FeedTable() {}

    /**
     * How far a consumer has come.
     *
     * @param streamCreatedNs when the stream was created in which that is, nanoseconds since 1970
     * @param position the place
     */
    public record Place(long streamCreatedNs, long position) {}

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main." + NAME + "(name TEXT PRIMARY KEY,"
                    + " stream_created_ns INTEGER NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID");
        }
    }

    /** How far a consumer has come; {@code null} if that is not known. */
    public static @Nullable Place read(Connection connection, String name) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT stream_created_ns, position FROM main." + NAME + " WHERE name = ?")) {
            query.setString(1, name);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? new Place(rows.getLong(1), rows.getLong(2)) : null;
            }
        }
    }

    /** Writes how far a consumer has come. */
    public static void write(Connection connection, String name, Place place) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT OR REPLACE INTO main." + NAME + "(name, stream_created_ns, position) VALUES(?,?,?)")) {
            insert.setString(1, name);
            insert.setLong(2, place.streamCreatedNs());
            insert.setLong(3, place.position());
            insert.executeUpdate();
        }
    }

    /** Forgets a consumer. */
    public static void delete(Connection connection, String name) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM main." + NAME + " WHERE name = ?")) {
            delete.setString(1, name);
            delete.executeUpdate();
        }
    }
}
