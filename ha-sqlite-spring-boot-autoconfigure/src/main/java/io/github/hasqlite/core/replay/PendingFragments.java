package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.changeset.ByteSource;
import io.github.hasqlite.core.changeset.Fragment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parts of change sets of which the last part has not come yet. They wait in the database, so
 * that a large change set takes no memory while it waits, and a crash between two parts loses none.
 *
 * <p>They are part of the canonical state: every node, the author included, has the same ones at the
 * same sequence. A publisher has at most one change set of which parts wait, the next by its counter.
 * What is whole within one transaction never touches the table. Parts are given up when the publisher
 * moves on, or when by the stream's clock a day has passed since the newest of them: then the publisher
 * will not come back, or it begins with the first part again. Not thread-safe.
 */
final class PendingFragments {

    /**
     * How far a change set has come.
     *
     * @param counter its counter
     * @param last its newest part
     * @param bytes what its parts hold together
     * @param newestNs when the stream stored the newest part, nanoseconds since 1970
     */
    private record Partial(long counter, int last, long bytes, long newestNs) {}

    /** How long parts are kept after the newest of their change set, by the stream's clock. */
    static final long MAX_AGE_NANOS = TimeUnit.DAYS.toNanos(1);

    private static final long NEVER = Long.MAX_VALUE;

    private final Map<String, Partial> stored = new HashMap<>();
    /** No part is given up before the stream's clock has passed this. */
    private long keptUntilNs = NEVER;

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_parts(publisher TEXT NOT NULL,"
                    + " counter INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,"
                    + " stored_ns INTEGER NOT NULL, PRIMARY KEY(publisher, counter, part)) WITHOUT ROWID");
        }
    }

    /** Reads what was committed. */
    void load(Connection connection) throws SQLException {
        stored.clear();
        keptUntilNs = NEVER;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT publisher, counter, max(part), sum(length(data)),"
                        + " max(stored_ns) FROM main.ha_parts GROUP BY publisher, counter")) {
            while (rows.next()) {
                Partial partial = new Partial(rows.getLong(2), rows.getInt(3), rows.getLong(4), rows.getLong(5));
                stored.put(rows.getString(1), partial);
                keptUntilNs = Math.min(keptUntilNs, partial.newestNs + MAX_AGE_NANOS);
            }
        }
    }

    /** Starts a step forward, which counts only once it is committed. */
    Step step() {
        return new Step();
    }

    /** A part that is not in the table yet. */
    private record Fresh(Fragment part, long storedNs) {}

    /** What has come of one change set, where a step has changed that. */
    private static final class Gathering {
        /** What is in the table and is continued; otherwise that is to be deleted. */
        final @Nullable Partial continued;

        final List<Fresh> fresh = new ArrayList<>();

        @Nullable
        Partial partial;

        Gathering(@Nullable Partial continued) {
            this.continued = continued;
            this.partial = continued;
        }

        void add(Fragment part, long storedNs) {
            long before = partial == null ? 0 : partial.bytes;
            partial = new Partial(part.counter(), part.part(), before + part.data().length, storedNs);
            fresh.add(new Fresh(part, storedNs));
        }
    }

    /** What one transaction adds and takes away. */
    final class Step {

        private final Map<String, Gathering> changed = new HashMap<>();
        private long keptUntil = keptUntilNs;

        /** The stream's clock has come to this: gives up what is too old. */
        void reach(long timestampNs) {
            if (timestampNs <= keptUntil) {
                return;
            }
            Map<String, Partial> waiting = new HashMap<>(stored);
            changed.forEach((publisher, gathering) -> {
                if (gathering.partial == null) {
                    waiting.remove(publisher);
                } else {
                    waiting.put(publisher, gathering.partial);
                }
            });
            keptUntil = NEVER;
            waiting.forEach((publisher, partial) -> {
                if (partial.newestNs + MAX_AGE_NANOS < timestampNs) {
                    forget(publisher);
                } else {
                    keptUntil = Math.min(keptUntil, partial.newestNs + MAX_AGE_NANOS);
                }
            });
        }

        /**
         * Judges a part of its publisher's next change set, and keeps it if it is in turn: the first
         * part always is and starts anew, any other if it follows the newest that was kept.
         *
         * @param storedNs when the stream stored it, nanoseconds since 1970
         */
        Turn take(Fragment part, long storedNs) {
            String publisher = part.publisher();
            if (part.part() == 1) {
                changed.put(publisher, new Gathering(null));
            }
            Gathering known = changed.get(publisher);
            Partial before = known != null ? known.partial : stored.get(publisher);
            if (part.part() > 1) {
                if (before == null || before.counter != part.counter() || part.part() > before.last + 1) {
                    return Turn.OUT_OF_TURN;
                }
                if (part.part() <= before.last) {
                    return Turn.REPEATED;
                }
                if (before.bytes + part.data().length > part.size()) {
                    return Turn.OVERSIZED;
                }
            }
            Gathering gathering = known != null ? known : new Gathering(before);
            changed.put(publisher, gathering);
            gathering.add(part, storedNs);
            keptUntil = Math.min(keptUntil, storedNs + MAX_AGE_NANOS);
            return part.isLast() ? Turn.NEXT : Turn.PART;
        }

        /**
         * What all the parts of a publisher's change set hold, in order. It can be read until the step is
         * written.
         */
        ByteSource data(Connection connection, String publisher) {
            Gathering gathering = changed.get(publisher);
            Partial partial = gathering == null ? null : gathering.partial;
            if (gathering == null || partial == null) {
                return new FragmentBytes(connection, publisher, 0, 0, List.of(), 0);
            }
            return new FragmentBytes(
                    connection,
                    publisher,
                    partial.counter,
                    gathering.continued == null ? 0 : gathering.continued.last,
                    gathering.fresh.stream().map(fresh -> fresh.part.data()).toList(),
                    partial.bytes);
        }

        /** The publisher's counter moves on: no part of what came before is wanted any more. */
        void forget(String publisher) {
            if (changed.containsKey(publisher) || stored.containsKey(publisher)) {
                changed.put(publisher, new Gathering(null));
            }
        }

        /** Writes the step inside the caller's transaction. */
        void write(Connection connection) throws SQLException {
            for (Map.Entry<String, Gathering> entry : changed.entrySet()) {
                Gathering gathering = entry.getValue();
                if (gathering.continued == null && stored.containsKey(entry.getKey())) {
                    delete(connection, entry.getKey());
                }
                if (!gathering.fresh.isEmpty()) {
                    insert(connection, gathering.fresh);
                }
            }
        }

        private void delete(Connection connection, String publisher) throws SQLException {
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM main.ha_parts WHERE publisher = ?")) {
                delete.setString(1, publisher);
                delete.executeUpdate();
            }
        }

        private void insert(Connection connection, List<Fresh> parts) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO main.ha_parts(publisher, counter, part, data, stored_ns) VALUES(?,?,?,?,?)")) {
                for (Fresh fresh : parts) {
                    Fragment part = fresh.part;
                    insert.setString(1, part.publisher());
                    insert.setLong(2, part.counter());
                    insert.setInt(3, part.part());
                    insert.setBytes(4, part.data());
                    insert.setLong(5, fresh.storedNs);
                    insert.executeUpdate();
                }
            }
        }

        /** The transaction is committed. */
        void committed() {
            keptUntilNs = keptUntil;
            changed.forEach((publisher, gathering) -> {
                if (gathering.partial == null) {
                    stored.remove(publisher);
                } else {
                    stored.put(publisher, gathering.partial);
                }
            });
        }
    }
}
