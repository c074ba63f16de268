package io.github.hasqlite.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.jdbc.ExactChanges;
import io.github.hasqlite.core.jdbc.KeySettings;
import io.github.hasqlite.core.jdbc.NoReplication;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.jdbc.RecordingLog;
import io.github.hasqlite.core.jdbc.ReplaceScripts;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Proves that the changes captured of a transaction are all that it did, also where the application has
 * triggers and REPLACE removes rows without a word: their exact inverses, in reverse order, lead back
 * to the content before, and the changes lead from there to the content after. A plain connection runs
 * the same statements and must see the same.
 */
@Timeout(600)
@Tag("simulation")
class ReplacedRowsTests {

    /** How many seeds to try, and the first one: {@code -Dha.sqlite.test.seeds}, {@code -Dha.sqlite.test.seed}. */
    private static final int SEEDS = Integer.getInteger("ha.sqlite.test.seeds", 200);

    private static final long FIRST = Long.getLong("ha.sqlite.test.seed", 1);
    private static final int TRANSACTIONS = 12;

    @TempDir
    private Path folder;

    @Test
    void changesLeadBackAndForth() throws SQLException {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            ReplaceScripts scripts = new ReplaceScripts(seed);
            List<String> history = new ArrayList<>();
            try (Node node = new Node(folder.resolve("s" + seed), scripts, history)) {
                for (int i = 0; i < TRANSACTIONS; i++) {
                    node.run(scripts);
                }
            } catch (SQLException | RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ": " + e.getMessage() + "\n" + String.join(";\n", history), e);
            }
        }
    }

    /** A replicating data source, a plain database that runs the same, and a way to look at the former. */
    private static final class Node implements AutoCloseable {

        private final List<String> history;
        private final RecordingLog log = new RecordingLog();
        private final Connection plain;
        private final boolean compared;
        private final Connection check;
        private final ReplicatingDataSource dataSource;
        private final ExactChanges exact;
        private final List<String> triggers = new ArrayList<>();
        private List<String> before;

        Node(Path file, ReplaceScripts scripts, List<String> history) throws SQLException {
            this.history = history;
            plain = DriverManager.getConnection("jdbc:sqlite:");
            check = DriverManager.getConnection("jdbc:sqlite:" + file);
            // with REPLACE or RETURNING, plain SQLite overlooks broken foreign keys of tables without triggers
            compared = !scripts.foreignKeys();
            execute(check, "PRAGMA journal_mode = WAL");
            execute(check, "PRAGMA synchronous = OFF");
            for (String statement : scripts.schema()) {
                history.add(statement);
                execute(plain, statement);
                execute(check, statement);
            }
            try (Statement statement = check.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT name FROM sqlite_schema WHERE type = 'trigger'")) {
                while (rows.next()) {
                    triggers.add(rows.getString(1));
                }
            }
            before = ExactChanges.content(check);
            exact = new ExactChanges(check);
            PoolSettings settings = PoolSettings.of(file.toString())
                    .with(to -> to.writers(1)
                            .readers(1)
                            .connectionTimeout(Duration.ofSeconds(5))
                            .foreignKeys(scripts.foreignKeys()));
            dataSource = ReplicatingDataSource.open(
                    settings,
                    false,
                    new WriteLock(NodeRuntime.ofJvm(), 5_000),
                    new SchemaCatalog(),
                    log,
                    KeySettings.SQLITE_COUNTS,
                    new NoReplication());
        }

        void run(ReplaceScripts scripts) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                boolean single = scripts.percent(40);
                if (!single) {
                    both(connection, "BEGIN");
                }
                for (int i = single ? 0 : scripts.upTo(6); i >= 0; i--) {
                    both(connection, scripts.statement());
                    if (!single) {
                        savepoint(connection, scripts);
                    }
                }
                if (!single) {
                    both(connection, scripts.percent(85) ? "COMMIT" : "ROLLBACK");
                    both(connection, "ROLLBACK");
                }
            }
            verify();
        }

        private void savepoint(Connection connection, ReplaceScripts scripts) throws SQLException {
            switch (scripts.upTo(9)) {
                case 0, 1 -> both(connection, "SAVEPOINT s");
                case 2 -> both(connection, "ROLLBACK TO s");
                case 3 -> both(connection, "RELEASE s");
                default -> {}
            }
        }

        private void both(Connection connection, String sql) throws SQLException {
            history.add(sql);
            String seen = outcome(connection, sql);
            if (compared) {
                assertThat(seen).as("what %s answers", sql).isEqualTo(outcome(plain, sql));
            }
        }

        private static String outcome(Connection connection, String sql) throws SQLException {
            StringBuilder outcome = new StringBuilder();
            try (Statement statement = connection.createStatement()) {
                try {
                    if (statement.execute(sql)) {
                        outcome.append(rows(statement.getResultSet()));
                    } else {
                        outcome.append(statement.getUpdateCount());
                    }
                } catch (SQLException e) {
                    outcome.append(e.getMessage());
                }
                List<String> counts = rows(statement.executeQuery("SELECT changes(), total_changes()"));
                outcome.append(counts);
                // a failed one may leave the rowid of a row that is not there
                if (sql.startsWith("INSERT") && !counts.get(0).startsWith("0")) {
                    outcome.append(rows(statement.executeQuery("SELECT last_insert_rowid()")));
                }
            }
            return outcome.toString();
        }

        private static List<String> rows(ResultSet result) throws SQLException {
            List<String> rows = new ArrayList<>();
            try (result) {
                while (result.next()) {
                    StringBuilder row = new StringBuilder();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.append(result.getString(i)).append('|');
                    }
                    rows.add(row.toString());
                }
            }
            return rows;
        }

        private void verify() throws SQLException {
            List<Change> changes = log.drain();
            List<String> after = ExactChanges.content(check);
            if (compared) {
                assertThat(after).as("content").isEqualTo(ExactChanges.content(plain));
            }
            if (!changes.isEmpty()) {
                execute(check, "BEGIN IMMEDIATE");
                try {
                    for (String trigger : triggers) {
                        execute(check, "DROP TRIGGER \"" + trigger + "\"");
                    }
                    for (int i = changes.size() - 1; i >= 0; i--) {
                        exact.revert(changes.get(i));
                    }
                    assertThat(ExactChanges.content(check))
                            .as("inverse of %s", changes)
                            .isEqualTo(before);
                    for (Change change : changes) {
                        exact.apply(change);
                    }
                    assertThat(ExactChanges.content(check)).as("%s", changes).isEqualTo(after);
                } catch (SQLException | AssertionError e) {
                    throw new AssertionError(e.getMessage() + "\nchanges " + changes, e);
                } finally {
                    execute(check, "ROLLBACK");
                }
            } else {
                assertThat(after).as("without a change").isEqualTo(before);
            }
            before = after;
        }

        private static void execute(Connection connection, String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            }
        }

        @Override
        public void close() throws SQLException {
            try (plain;
                    check) {
                dataSource.close();
            }
        }
    }
}
