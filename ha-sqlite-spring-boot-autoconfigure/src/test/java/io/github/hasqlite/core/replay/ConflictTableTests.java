package io.github.hasqlite.core.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.apply.Overwritten;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** How long conflicts are kept: by the clock of the stream alone. */
class ConflictTableTests {

    private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);
    private static final long START_NS = TimeUnit.DAYS.toNanos(20_000);

    @TempDir
    private Path folder;

    @Test
    void forgetsWhatTheStreamStoredAWeekBefore() throws Exception {
        try (SQLiteConnection connection = Databases.open(folder.resolve("c.db"), false)) {
            ConflictTable.create(connection);
            ConflictTable table = new ConflictTable(connection, new JsonChangeSetSerializer());
            record(table, 1, 300, START_NS);
            assertThat(count(connection)).isEqualTo(300);
            record(table, 301, 300, START_NS + 6 * DAY_NANOS);
            assertThat(count(connection)).as("a week is not over").isEqualTo(600);
            record(table, 601, 300, START_NS + 8 * DAY_NANOS);
            assertThat(count(connection)).isBetween(300L, 600L);
            assertThat(oldest(connection)).isEqualTo(START_NS + 6 * DAY_NANOS);
        }
    }

    @Test
    void aClockThatIsSetBackForgetsNothing() throws Exception {
        try (SQLiteConnection connection = Databases.open(folder.resolve("c.db"), false)) {
            ConflictTable.create(connection);
            ConflictTable table = new ConflictTable(connection, new JsonChangeSetSerializer());
            record(table, 1, 300, START_NS);
            record(table, 301, 300, START_NS - 30 * DAY_NANOS);
            assertThat(count(connection)).isEqualTo(600);
        }
    }

    private static void record(ConflictTable table, long from, int count, long atNs) throws SQLException {
        Change losing = Change.delete("t", List.of("id"), List.of("id"), 1L, List.of(1L));
        for (long i = from; i < from + count; i++) {
            ChangeSet changeSet = new ChangeSet("n", 1, "t.db", 0, "p", i, 0, i, List.of(losing));
            table.record(changeSet, List.of(new Overwritten.Row(0, Conflict.Kind.UPDATE_UPDATE, "t", losing)), atNs);
        }
    }

    private static long count(SQLiteConnection connection) throws SQLException {
        return number(connection, "SELECT count(*) FROM ha_conflicts");
    }

    private static long oldest(SQLiteConnection connection) throws SQLException {
        return number(connection, "SELECT min(at_ns) FROM ha_conflicts");
    }

    private static long number(SQLiteConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getLong(1);
        }
    }
}
