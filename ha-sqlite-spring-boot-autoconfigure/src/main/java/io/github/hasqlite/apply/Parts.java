package io.github.hasqlite.apply;

import io.github.hasqlite.apply.AppliedState.Turn;
import io.github.hasqlite.changeset.Fragment;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts of change sets of which the last part has not come yet. They wait in the database, so
 * that a large change set takes no memory while it waits, and a crash between two parts loses none.
 *
 * <p>They are part of the canonical state: every node, the author included, has the same ones at the
 * same sequence. A publisher has at most one change set of which parts wait, the next by its counter.
 * What is whole within one transaction never touches the table. Not thread-safe.
 */
final class Parts {

    /**
     * How far a change set has come.
     *
     * @param counter its counter
     * @param last its newest part
     * @param bytes what its parts hold together
     */
    private record Partial(long counter, int last, long bytes) {}

    private final Map<String, Partial> stored = new HashMap<>();

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_parts(publisher TEXT NOT NULL,"
                    + " counter INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,"
                    + " PRIMARY KEY(publisher, counter, part)) WITHOUT ROWID");
        }
    }

    /** Reads what was committed. */
    void load(Connection connection) throws SQLException {
        stored.clear();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT publisher, counter, max(part), sum(length(data))"
                        + " FROM main.ha_parts GROUP BY publisher, counter")) {
            while (rows.next()) {
                stored.put(rows.getString(1), new Partial(rows.getLong(2), rows.getInt(3), rows.getLong(4)));
            }
        }
    }

    /** Starts a step forward, which counts only once it is committed. */
    Step step() {
        return new Step();
    }

    /** What has come of one change set, where a step has changed that. */
    private static final class Gathering {
        /** Whether it continues what is in the table; otherwise that is to be deleted. */
        final boolean continued;

        final List<Fragment> fresh = new ArrayList<>();

        @Nullable
        Partial partial;

        Gathering(boolean continued, @Nullable Partial partial) {
            this.continued = continued;
            this.partial = partial;
        }

        void add(Fragment part) {
            long before = partial == null ? 0 : partial.bytes;
            partial = new Partial(part.counter(), part.part(), before + part.data().length);
            fresh.add(part);
        }
    }

    /** What one transaction adds and takes away. */
    final class Step {

        private final Map<String, Gathering> changed = new HashMap<>();

        /**
         * Judges a part of its publisher's next change set, and keeps it if it is in turn: the first
         * part always is and starts anew, any other if it follows the newest that was kept.
         */
        Turn take(Fragment part) {
            String publisher = part.publisher();
            if (part.part() == 1) {
                changed.put(publisher, new Gathering(false, null));
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
            Gathering gathering = known != null ? known : new Gathering(true, before);
            changed.put(publisher, gathering);
            gathering.add(part);
            return part.isLast() ? Turn.NEXT : Turn.PART;
        }

        /** What all the parts of a publisher's change set hold, in order. */
        List<byte[]> data(Connection connection, String publisher) throws SQLException {
            List<byte[]> data = new ArrayList<>();
            Gathering gathering = changed.get(publisher);
            if (gathering == null) {
                return data;
            }
            if (gathering.continued) {
                try (PreparedStatement read = connection.prepareStatement(
                        "SELECT data FROM main.ha_parts WHERE publisher = ? ORDER BY counter, part")) {
                    read.setString(1, publisher);
                    try (ResultSet rows = read.executeQuery()) {
                        while (rows.next()) {
                            data.add(rows.getBytes(1));
                        }
                    }
                }
            }
            gathering.fresh.forEach(part -> data.add(part.data()));
            return data;
        }

        /** The publisher's counter moves on: no part of what came before is wanted any more. */
        void forget(String publisher) {
            if (changed.containsKey(publisher) || stored.containsKey(publisher)) {
                changed.put(publisher, new Gathering(false, null));
            }
        }

        /** Writes the step inside the caller's transaction. */
        void write(Connection connection) throws SQLException {
            for (Map.Entry<String, Gathering> entry : changed.entrySet()) {
                Gathering gathering = entry.getValue();
                if (!gathering.continued && stored.containsKey(entry.getKey())) {
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

        private void insert(Connection connection, List<Fragment> parts) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO main.ha_parts(publisher, counter, part, data) VALUES(?,?,?,?)")) {
                for (Fragment part : parts) {
                    insert.setString(1, part.publisher());
                    insert.setLong(2, part.counter());
                    insert.setInt(3, part.part());
                    insert.setBytes(4, part.data());
                    insert.executeUpdate();
                }
            }
        }

        /** The transaction is committed. */
        void committed() {
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
