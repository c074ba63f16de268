package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.jdbc.InsertScripts.Insert;
import io.github.hasqlite.core.jdbc.InsertScripts.Table;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sqlite.SQLiteException;

/**
 * The same INSERTs on plain sqlite-jdbc and where keys come from blocks: the same results, errors, counts and
 * metadata, and the same rows in the same order, but for the keys themselves.
 */
@Timeout(120)
class KeyedInsertDifferentialTests {

    private static final int STATEMENTS = 400;

    @TempDir
    private Path folder;

    static List<Long> seeds() {
        Long given = Long.getLong("seed");
        return given == null ? List.of(System.nanoTime(), 1L, 2L, 89445133630667L, 20475069876180L) : List.of(given);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("seeds")
    void nothingButTheKeyTellsThemApart(long seed) throws SQLException {
        Random random = new Random(seed);
        InsertScripts scripts = new InsertScripts(random);
        MemoryKeyBlocks blocks = new MemoryKeyBlocks();
        ReplicatingDataSource dataSource = ReplicatingDataSource.open(
                PoolSettings.of(folder.resolve("keyed.db").toString()),
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                new RecordingLog(),
                new KeySettings(blocks, 20),
                new NoReplication());
        try (dataSource;
                Connection keyed = dataSource.getConnection();
                Connection plain = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("plain.db"))) {
            for (Connection connection : List.of(plain, keyed)) {
                connection.setAutoCommit(false);
                run(connection, InsertScripts.SCHEMA);
                connection.commit();
            }
            for (int i = 0; i < STATEMENTS; i++) {
                Insert insert = scripts.next();
                int way = random.nextInt(4);
                if (way == 0 && !insert.values().isEmpty()) {
                    way = 1;
                }
                List<String> expected = outcome(plain, insert, way);
                List<String> actual = outcome(keyed, insert, way);
                if (!actual.equals(expected) && mismatched(expected) && mismatched(actual)) {
                    // without triggers SQLite keeps the rows before a value that is no key: see KnownDifferences
                    break;
                }
                assertThat(actual).as("seed %d: %s", seed, insert).isEqualTo(expected);
                if (random.nextInt(10) == 0) {
                    boolean commits = random.nextBoolean();
                    for (Connection connection : List.of(plain, keyed)) {
                        if (commits) {
                            connection.commit();
                        } else {
                            connection.rollback();
                        }
                    }
                }
            }
            assertThat(blocks.leases()).isPositive();
            plain.rollback();
            keyed.rollback();
        }
    }

    private static boolean mismatched(List<String> outcome) {
        return outcome.toString().contains("datatype mismatch");
    }

    private static void run(Connection connection, List<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    /** Whether the last inserted row is one of this statement, and not of another table with another key. */
    private static boolean inserted(Insert insert, List<String> outcome) {
        return !insert.sql().contains("ON CONFLICT") && outcome.contains("count 1");
    }

    private static List<String> outcome(Connection connection, Insert insert, int way) throws SQLException {
        List<String> outcome = new ArrayList<>();
        try {
            switch (way) {
                case 0 -> text(connection, insert, outcome);
                case 1 -> prepared(connection, insert, outcome);
                case 2 -> update(connection, insert, outcome);
                default -> batch(connection, insert, outcome);
            }
        } catch (SQLException e) {
            outcome.add(e.getMessage() + " " + e.getErrorCode() + " " + (e instanceof SQLiteException));
        }
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT changes(), total_changes()")) {
                rows(rows, outcome);
            }
            for (Table table : InsertScripts.TABLES) {
                try (ResultSet rows = statement.executeQuery(
                        "SELECT " + others(table) + " FROM " + table.sql() + " ORDER BY " + table.key())) {
                    rows(rows, outcome);
                }
            }
            if (inserted(insert, outcome)) {
                try (ResultSet rows = statement.executeQuery("SELECT " + others(insert.table()) + " FROM "
                        + insert.table().sql() + " WHERE " + insert.table().key() + " = last_insert_rowid()")) {
                    rows(rows, outcome);
                }
            }
        }
        return outcome;
    }

    private static String others(Table table) {
        List<String> columns = new ArrayList<>(table.columns());
        columns.remove(table.key());
        return String.join(",", columns);
    }

    private static void text(Connection connection, Insert insert, List<String> outcome) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(insert.sql());
            outcome.add("rows " + rows);
            if (rows) {
                rows(statement.getResultSet(), outcome);
            } else {
                outcome.add("count " + statement.getUpdateCount());
            }
            generated(connection, statement, insert, outcome);
        }
    }

    private static void prepared(Connection connection, Insert insert, List<String> outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert.sql())) {
            bind(statement, insert, outcome);
            ResultSetMetaData before = statement.getMetaData();
            outcome.add("columns " + (before == null ? 0 : before.getColumnCount()));
            boolean rows = statement.execute();
            outcome.add("rows " + rows);
            if (rows) {
                rows(statement.getResultSet(), outcome);
            } else {
                outcome.add("count " + statement.getUpdateCount());
            }
            generated(connection, statement, insert, outcome);
        }
    }

    private static void update(Connection connection, Insert insert, List<String> outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert.sql())) {
            bind(statement, insert, outcome);
            outcome.add("count " + statement.executeUpdate());
            generated(connection, statement, insert, outcome);
        }
    }

    private static void batch(Connection connection, Insert insert, List<String> outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert.sql())) {
            for (int i = 0; i < 3; i++) {
                bind(statement, insert, outcome);
                statement.addBatch();
            }
            for (int count : statement.executeBatch()) {
                outcome.add("count " + count);
            }
            generated(connection, statement, insert, outcome);
        }
    }

    private static void bind(PreparedStatement statement, Insert insert, List<String> outcome) throws SQLException {
        outcome.add("parameters " + statement.getParameterMetaData().getParameterCount());
        for (int i = 0; i < insert.values().size(); i++) {
            statement.setObject(i + 1, insert.values().get(i));
        }
    }

    /** The row whose key the driver says was generated. */
    private static void generated(Connection connection, Statement statement, Insert insert, List<String> outcome)
            throws SQLException {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            if (keys == null || !keys.next()) {
                outcome.add("no key");
                return;
            }
            if (!inserted(insert, outcome)) {
                return;
            }
            try (PreparedStatement row = connection.prepareStatement("SELECT " + others(insert.table()) + " FROM "
                    + insert.table().sql() + " WHERE " + insert.table().key() + " = ?")) {
                row.setLong(1, keys.getLong(1));
                rows(row.executeQuery(), outcome);
            }
        }
    }

    private static void rows(ResultSet rows, List<String> outcome) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        StringBuilder head = new StringBuilder("columns");
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            head.append(' ').append(columns.getColumnLabel(i)).append('/').append(columns.getTableName(i));
        }
        outcome.add(head.toString());
        while (rows.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.append(i == 1 ? "" : "|").append(rows.getString(i));
            }
            outcome.add(row.toString());
        }
        rows.close();
    }
}
