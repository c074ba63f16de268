package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cursors of a session; they live as long as its transaction. Not thread-safe. */
final class Cursors {

    private static final int MOST = 1000;

    private final Map<String, TypedRows> open = new LinkedHashMap<>();

    /** {@code null} if there is none of that name. */
    @Nullable
    TypedRows find(String name) {
        return open.get(name);
    }

    /** @throws SQLException if there is none of that name (34000) */
    TypedRows get(String name) throws SQLException {
        TypedRows rows = open.get(name);
        if (rows == null) {
            throw new SQLException("cursor \"" + name + "\" does not exist", "34000");
        }
        return rows;
    }

    /** @throws SQLException if there is one of that name (42P03), or too many (54000) */
    void requireFree(String name) throws SQLException {
        if (open.containsKey(name)) {
            throw new SQLException("cursor \"" + name + "\" already exists", "42P03");
        }
        if (open.size() >= MOST) {
            throw new SQLException("more than " + MOST + " cursors", SqlStates.LIMIT_EXCEEDED);
        }
    }

    void add(String name, TypedRows rows) {
        open.put(name, rows);
    }

    /** @throws SQLException if there is none of that name (34000) */
    void close(String name) throws SQLException {
        TypedRows rows = get(name);
        open.remove(name);
        rows.close();
    }

    /** Also of those whose rows cannot be given back, because their transaction has ended. */
    void closeAll() {
        for (TypedRows rows : open.values()) {
            try {
                rows.close();
            } catch (SQLException e) {
                // nobody waits for them
            }
        }
        open.clear();
    }
}
