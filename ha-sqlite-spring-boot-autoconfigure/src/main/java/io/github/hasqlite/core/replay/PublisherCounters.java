package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Each publisher's last accepted counter, and its place in the stream (rule R4). Used with the write lock held. */
final class PublisherCounters {

    private final Map<String, Accepted> publishers = new HashMap<>();
    private boolean anyFirst;

    /**
     * A publisher's last change set that counts.
     *
     * @param counter its counter; 0 for messages of the Go implementation, which do not count
     * @param sequence its place in the stream
     */
    private record Accepted(long counter, long sequence) {}

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE IF NOT EXISTS main.ha_publishers(publisher TEXT PRIMARY KEY,"
                    + " counter INTEGER NOT NULL, sequence INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID");
        }
        addPlaces(connection);
    }

    /** Databases of earlier versions do not know where in the stream a publisher's last change set is. */
    private static void addPlaces(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT 1 FROM pragma_table_info('ha_publishers', 'main') WHERE name = 'sequence'")) {
                if (rows.next()) {
                    return;
                }
            }
            statement.executeUpdate("ALTER TABLE main.ha_publishers ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0");
        }
    }

    /** Reads what was committed. */
    void load(Connection connection) throws SQLException {
        publishers.clear();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT publisher, counter, sequence FROM main.ha_publishers")) {
            while (rows.next()) {
                publishers.put(rows.getString(1), new Accepted(rows.getLong(2), rows.getLong(3)));
            }
        }
    }

    /** Whether the first change set of an unknown publisher may have any counter: what was before is not known. */
    void acceptAnyFirst(boolean any) {
        anyFirst = any;
    }

    /** The publisher's last accepted counter that is committed; 0 if it has none. */
    long accepted(String publisher) {
        Accepted here = publishers.get(publisher);
        return here == null ? 0 : here.counter;
    }

    /** The newest change set of a publisher that counts; {@code null} if its place is not known. */
    @Nullable
    NewestAccepted newest() {
        NewestAccepted newest = null;
        for (Map.Entry<String, Accepted> each : publishers.entrySet()) {
            long sequence = each.getValue().sequence;
            if (!each.getKey().isEmpty() && sequence > (newest == null ? 0 : newest.sequence())) {
                newest = new NewestAccepted(each.getKey(), each.getValue().counter, sequence);
            }
        }
        return newest;
    }

    /** The place of the newest change set that is not of this publisher; 0 if there is none. */
    long newestOfOthers(String publisher) {
        long newest = 0;
        for (Map.Entry<String, Accepted> other : publishers.entrySet()) {
            if (!other.getKey().equals(publisher)) {
                newest = Math.max(newest, other.getValue().sequence);
            }
        }
        return newest;
    }

    /** The names of the nodes that publishers belong to: their ids without the last two words. */
    Set<String> nodes() {
        Set<String> names = new HashSet<>();
        for (String publisher : publishers.keySet()) {
            int random = publisher.lastIndexOf('.');
            int start = random <= 0 ? -1 : publisher.lastIndexOf('.', random - 1);
            names.add(start <= 0 ? publisher : publisher.substring(0, start));
        }
        return names;
    }

    private static boolean hasPublisher(Map<String, Accepted> accepted) {
        return accepted.size() > (accepted.containsKey("") ? 1 : 0);
    }

    /** Starts a step forward, which counts only once it is committed. */
    Step step() {
        return new Step();
    }

    /** What one transaction adds. */
    final class Step {

        private final Map<String, Accepted> accepted = new HashMap<>();

        /** Judges a message by its publisher's counter. */
        Turn judge(String publisher, long counter) {
            if (publisher.isEmpty()) {
                return Turn.NEXT;
            }
            long last = counter(publisher);
            if (counter == last + 1 || (anyFirst && last == 0)) {
                return Turn.NEXT;
            }
            return counter <= last ? Turn.REPEATED : Turn.OUT_OF_TURN;
        }

        /** Whether anything but messages of Go nodes was accepted. */
        boolean knowsPublishers() {
            return hasPublisher(publishers) || hasPublisher(accepted);
        }

        /** The publisher's last accepted counter; 0 if it has none. */
        long counter(String publisher) {
            Accepted here = accepted.get(publisher);
            return here == null ? PublisherCounters.this.accepted(publisher) : here.counter;
        }

        /** Accepts a change set at its place. */
        void accept(String publisher, long counter, long sequence) {
            accepted.put(publisher, new Accepted(publisher.isEmpty() ? 0 : counter, sequence));
        }

        /** Whether anybody but this publisher has committed something since that place (rule R13). */
        boolean othersSince(long base, String publisher) {
            return anyOtherSince(accepted, base, publisher) || anyOtherSince(publishers, base, publisher);
        }

        private static boolean anyOtherSince(Map<String, Accepted> places, long base, String publisher) {
            for (Map.Entry<String, Accepted> place : places.entrySet()) {
                if (place.getValue().sequence > base && !place.getKey().equals(publisher)) {
                    return true;
                }
            }
            return false;
        }

        /** Writes the step inside the caller's transaction. */
        void write(PositionTable table) throws SQLException {
            for (Map.Entry<String, Accepted> entry : accepted.entrySet()) {
                table.setPublisher(entry.getKey(), entry.getValue().counter, entry.getValue().sequence);
            }
        }

        /** The transaction is committed. */
        void committed() {
            publishers.putAll(accepted);
        }
    }
}
