package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a session can be open by a name, and lives as long as its transaction: portals of the protocol, or cursors. What
 * was opened behind a savepoint ends when the client goes back to it. Not thread-safe.
 *
 * @param <T> what is open
 */
final class Portals<T extends Portals.Open> {

    /** Something that has an end. */
    interface Open extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }

    /** What no client needs, and no client is to take. */
    private final int most;

    private final String what;
    private final Map<String, Opened<T>> open = new LinkedHashMap<>();
    private long opened;

    /** @param number of those that were opened, from 1 */
    private record Opened<T extends Open>(T rows, long number) {}

    /**
     * Nothing is open.
     *
     * @param what it is, for errors
     * @param most how many can be open
     */
    Portals(String what, int most) {
        this.what = what;
        this.most = most;
    }

    /** {@code null} if there is none of that name. */
    @Nullable
    T find(String name) {
        Opened<T> found = open.get(name);
        return found == null ? null : found.rows();
    }

    /** @throws SQLException if there is none of that name (34000) */
    T get(String name) throws SQLException {
        T rows = find(name);
        if (rows == null) {
            throw new SQLException(what + " \"" + name + "\" does not exist", "34000");
        }
        return rows;
    }

    /** @throws SQLException if there is one of that name (42P03), or too many (54000) */
    void requireFree(String name) throws SQLException {
        if (open.containsKey(name)) {
            throw new SQLException(what + " \"" + name + "\" already exists", "42P03");
        }
        if (open.size() >= most) {
            throw new SQLException("more than " + most + " of " + what + "s", SqlStates.LIMIT_EXCEEDED);
        }
    }

    void add(String name, T rows) {
        open.put(name, new Opened<>(rows, ++opened));
    }

    /** Ends one, if there is one of that name. */
    void close(String name) {
        Opened<T> ended = open.remove(name);
        if (ended != null) {
            end(ended);
        }
    }

    void closeAll() {
        closeAfter(0);
    }

    /** How many there have been, for a savepoint. */
    long mark() {
        return opened;
    }

    /** Ends those that were opened behind a mark. */
    void closeAfter(long mark) {
        if (open.isEmpty()) {
            return;
        }
        List<Opened<T>> later = new ArrayList<>(open.values());
        later.removeIf(one -> one.number() <= mark);
        open.values().removeAll(later);
        later.forEach(Portals::end);
    }

    private static void end(Opened<?> ended) {
        try {
            ended.rows().close();
        } catch (SQLException e) {
            // its rows are given up: nobody waits for them
        }
    }
}
