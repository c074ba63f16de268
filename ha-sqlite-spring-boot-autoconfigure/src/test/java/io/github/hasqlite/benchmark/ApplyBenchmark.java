package io.github.hasqlite.benchmark;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.capture.RowImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * Microseconds for each one-row change set, in transactions of 256, against the same statements
 * prepared by hand. Prints medians of several rounds:
 *
 * <pre>mvn -q test-compile exec:java -Dexec.classpathScope=test \
 *     -Dexec.mainClass=io.github.hasqlite.benchmark.ApplyBenchmark -pl ha-sqlite-spring-boot-autoconfigure</pre>
 */
public final class ApplyBenchmark {

    private static final int ROUNDS = 9;
    private static final int ROWS = 256 * 100;
    private static final int BATCH = 256;
    private static final List<String> KEY = List.of("id");

    private ApplyBenchmark() {}

    /** Runs it; no arguments. */
    public static void main(String[] args) throws Exception {
        for (String setup : List.of(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c, d)",
                "CREATE TABLE t(id TEXT PRIMARY KEY, a, b, c, d)",
                "CREATE TABLE t(id, a, b, c, d)",
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c, d); CREATE TABLE l(x);"
                        + " CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO l VALUES(1); END;"
                        + " CREATE TRIGGER h AFTER UPDATE ON t BEGIN INSERT INTO l VALUES(1); END",
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b, c, d); CREATE TABLE l(x);"
                        + " CREATE TRIGGER g BEFORE INSERT ON t BEGIN INSERT INTO l VALUES(1); END")) {
            System.out.println(setup);
            double[][] plain = new double[3][ROUNDS];
            double[][] applied = new double[3][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                run(setup, round, plain, false);
                run(setup, round, applied, true);
            }
            String[] names = {"insert", "update", "delete"};
            for (int i = 0; i < names.length; i++) {
                System.out.printf(
                        Locale.ROOT,
                        "  %s: plain %.2f us, change set %.2f us%n",
                        names[i],
                        median(plain[i]),
                        median(applied[i]));
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void run(String setup, int round, double[][] micros, boolean apply) throws Exception {
        Path file = Files.createTempFile("apply", ".db");
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.enforceForeignKeys(false);
        try (SQLiteConnection connection =
                        (SQLiteConnection) new JDBC().connect("jdbc:sqlite:" + file, config.toProperties());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(setup);
            // as a pooled writer would: the driver must not ask after every statement whether to commit
            connection.getConnectionConfig().setAutoCommit(false);
            connection.getConnectionConfig().setGetGeneratedKeys(false);
            boolean textKey = setup.contains("TEXT");
            for (int operation = 0; operation < 3; operation++) {
                List<ChangeSet> changeSets = changeSets(operation, textKey, setup.contains("KEY"));
                long start = System.nanoTime();
                if (apply) {
                    applyAll(connection, statement, changeSets);
                } else {
                    runPlain(connection, statement, operation, changeSets);
                }
                micros[operation][round] = (System.nanoTime() - start) / 1e3 / ROWS;
            }
        } finally {
            for (String suffix : List.of("", "-wal", "-shm")) {
                Files.deleteIfExists(Path.of(file + suffix));
            }
        }
    }

    private static List<ChangeSet> changeSets(int operation, boolean textKey, boolean keyed) {
        List<ChangeSet> changeSets = new ArrayList<>(ROWS);
        List<String> key = keyed ? KEY : List.of();
        for (long i = 1; i <= ROWS; i++) {
            // lists of their own, as a codec makes them
            List<String> columns = new ArrayList<>();
            for (String name : new String[] {"id", "a", "b", "c", "d"}) {
                columns.add(new String(name));
            }
            Object id = textKey ? "key-" + i : i;
            List<Object> before = Arrays.asList(id, i, "some text of a usual length", 1.5, null);
            List<Object> after = Arrays.asList(id, i + 1, "some other text of a usual length", 2.5, null);
            String table = new String("t");
            Change change = switch (operation) {
                case 0 -> Change.insert(table, columns, key, i, before);
                case 1 -> Change.update(table, columns, key, i, i, before, after);
                default -> Change.delete(table, columns, key, i, after);
            };
            changeSets.add(new ChangeSet("n", 1, "f", 0, "p", i, i, i, List.of(change)));
        }
        return changeSets;
    }

    private static void applyAll(SQLiteConnection connection, Statement statement, List<ChangeSet> changeSets)
            throws SQLException {
        try (ChangeSetApplication application =
                new ChangeSetApplication(connection, RowIdentify.PK, MergeMode.ROW, new RowImages(connection))) {
            for (int from = 0; from < changeSets.size(); from += BATCH) {
                statement.executeUpdate("BEGIN IMMEDIATE");
                for (ChangeSet changeSet : changeSets.subList(from, from + BATCH)) {
                    application.apply(changeSet);
                }
                application.prepareCommit();
                statement.executeUpdate("COMMIT");
            }
        }
    }

    private static void runPlain(
            SQLiteConnection connection, Statement statement, int operation, List<ChangeSet> changeSets)
            throws SQLException {
        String sql = switch (operation) {
            case 0 -> "INSERT INTO t VALUES(?,?,?,?,?)";
            case 1 -> "UPDATE t SET a = ?2, b = ?3, c = ?4, d = ?5 WHERE rowid = ?1";
            default -> "DELETE FROM t WHERE rowid = ?";
        };
        try (PreparedStatement prepared = connection.prepareStatement(sql)) {
            for (int from = 0; from < changeSets.size(); from += BATCH) {
                statement.executeUpdate("BEGIN IMMEDIATE");
                for (ChangeSet changeSet : changeSets.subList(from, from + BATCH)) {
                    Change change = changeSet.changes().get(0);
                    List<Object> row = operation == 2 ? change.oldValues() : change.newValues();
                    if (operation == 0) {
                        bind(prepared, row, 5);
                    } else {
                        bind(prepared, row, operation == 1 ? 5 : 1);
                        prepared.setObject(1, change.oldRowid());
                    }
                    prepared.executeUpdate();
                }
                statement.executeUpdate("COMMIT");
            }
        }
    }

    private static void bind(PreparedStatement prepared, List<Object> row, int width) throws SQLException {
        for (int i = 0; i < width; i++) {
            prepared.setObject(i + 1, row.get(i));
        }
    }
}
