package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.jdbc.BoundInsertScripts.Insert;
import io.github.hasqlite.core.jdbc.BoundInsertScripts.Table;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same rows in one large batch, captured from what is bound, and one by one, captured by the trigger: the same change
 * sets byte for byte, the same rows, counts and errors. For as long as {@code -Dha.sqlite.test.bound-seconds} says, one
 * second without it; {@code -Dseed} plays one round again.
 */
@Timeout(7200)
class BoundInsertDifferentialTests {

    private static final int LARGE = 100;
    /** How a transaction ends if not with a commit. */
    private static final int TO_SAVEPOINT = 1;

    private static final int ROLLED_BACK = 2;
    /** Without one, each row of the one side is a transaction. */
    private static final int ALONE = 3;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private int batches;
    private int captured;

    @TempDir
    private Path folder;

    @Test
    void bothWaysGiveTheSameChangeSets() throws SQLException {
        Long given = Long.getLong("seed");
        if (given != null) {
            play(given, 0);
            return;
        }
        long end = System.nanoTime() + Integer.getInteger("ha.sqlite.test.bound-seconds", 1) * 1_000_000_000L;
        long seed = System.nanoTime();
        int round = 0;
        for (; round < 5 || System.nanoTime() < end; round++) {
            play(seed + round, round);
        }
        assertThat(captured).as("of %d batches in %d rounds", batches, round).isGreaterThan(batches / 5);
    }

    /** One side. */
    private final class Side implements AutoCloseable {

        final RecordingLog log = new RecordingLog();
        final ReplicatingDataSource dataSource;
        final Connection connection;
        final boolean batched;

        Side(String name, boolean batched, boolean keys) throws SQLException {
            this.batched = batched;
            dataSource = ReplicatingDataSource.open(
                    PoolSettings.of(folder.resolve(name).toString()),
                    false,
                    new WriteLock(NodeRuntime.ofJvm(), 5_000),
                    new SchemaCatalog(),
                    log,
                    new KeySettings(keys ? new MemoryKeyBlocks() : null, 20),
                    new NoReplication());
            connection = dataSource.getConnection();
        }

        /** Runs an INSERT for all rows, in one transaction. */
        List<String> run(Insert insert, int ending) throws SQLException {
            List<String> seen = new ArrayList<>();
            connection.setAutoCommit(ending == ALONE);
            Savepoint savepoint = ending == TO_SAVEPOINT ? connection.setSavepoint() : null;
            try (PreparedStatement statement = connection.prepareStatement(insert.sql())) {
                if (batched) {
                    batch(statement, insert.rows());
                } else {
                    for (List<@Nullable Object> row : insert.rows()) {
                        bind(statement, row);
                        statement.executeUpdate();
                    }
                }
            } catch (SQLException e) {
                seen.add(e.getMessage() + " " + e.getErrorCode() + " " + e.getSQLState());
            }
            seen.add(query("SELECT last_insert_rowid(), changes(), total_changes()"));
            if (ending == TO_SAVEPOINT) {
                connection.rollback(savepoint);
            }
            if (ending == ROLLED_BACK) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
            return seen;
        }

        private void batch(PreparedStatement statement, List<List<@Nullable Object>> rows) throws SQLException {
            for (List<@Nullable Object> row : rows) {
                bind(statement, row);
                statement.addBatch();
            }
            long before = triggersChanged();
            try {
                int[] counts = statement.executeBatch();
                assertThat(counts).hasSize(rows.size());
            } finally {
                batches++;
                captured += triggersChanged() == before ? 0 : 1;
            }
        }

        /** The trigger was taken away and brought back if this changes. */
        private long triggersChanged() throws SQLException {
            return Long.parseLong(query("PRAGMA temp.schema_version").strip());
        }

        String query(String sql) throws SQLException {
            StringBuilder rows = new StringBuilder();
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(sql)) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    for (int i = 1; i <= columns; i++) {
                        rows.append(result.getString(i)).append(' ');
                    }
                }
            }
            return rows.toString();
        }

        String changes() {
            List<Change> changes = log.drain();
            return changes.isEmpty()
                    ? ""
                    : new String(
                            serializer.serialize(new ChangeSet("n", 1, "f", 1, "p", 1, 0, 0, changes)),
                            StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
            dataSource.close();
        }
    }

    private static void bind(PreparedStatement statement, List<@Nullable Object> row) throws SQLException {
        for (int i = 0; i < row.size(); i++) {
            statement.setObject(i + 1, row.get(i));
        }
    }

    private void play(long seed, int round) throws SQLException {
        Random random = new Random(seed);
        BoundInsertScripts scripts = new BoundInsertScripts(random);
        boolean keys = random.nextInt(4) == 0;
        try (Side fast = new Side(round + "fast.db", true, keys);
                Side slow = new Side(round + "slow.db", false, keys)) {
            List<Table> tables = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                tables.add(scripts.table(i));
            }
            List<String> setup = new ArrayList<>();
            tables.forEach(table -> setup.addAll(table.setup()));
            if (random.nextInt(8) == 0) {
                setup.add("CREATE TRIGGER r AFTER INSERT ON \"" + tables.get(0).name()
                        + "\" BEGIN UPDATE \"" + tables.get(0).name() + "\" SET "
                        + tables.get(0).columns().get(0) + " = NULL WHERE 0; END");
            }
            for (Side side : List.of(fast, slow)) {
                try (Statement statement = side.connection.createStatement()) {
                    for (String sql : setup) {
                        statement.executeUpdate(sql);
                    }
                }
                side.changes();
            }
            for (int i = 0; i < 6; i++) {
                Table table = tables.get(random.nextInt(tables.size()));
                Insert insert = scripts.insert(table, LARGE + 2 + random.nextInt(random.nextInt(10) == 0 ? 2_500 : 30));
                int ending = random.nextInt(8);
                List<String> expected = slow.run(insert, ending);
                List<String> actual = fast.run(insert, ending);
                String what = "-Dseed=" + seed + " " + setup + " " + insert.sql();
                if (keys && expected.size() > 1) {
                    // the numbers that were meant for the rows behind one that was refused are not used again
                    break;
                }
                assertThat(actual).as(what).isEqualTo(expected);
                assertThat(fast.changes()).as(what).isEqualTo(slow.changes());
                assertThat(fast.query(content(table))).as(what).isEqualTo(slow.query(content(table)));
            }
        }
    }

    private static String content(Table table) {
        StringBuilder columns = new StringBuilder("count(*)");
        for (String column : table.columns()) {
            columns.append(", group_concat(quote(").append(column).append("))");
        }
        return "SELECT " + columns + " FROM \"" + table.name() + '"';
    }
}
