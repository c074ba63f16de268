package io.github.hasqlite.simulation;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.simulation.Ledger.Outcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** One thread of an application that works with a node's data source. */
final class Application {

    private static final int MAX_PAUSE_MILLIS = 40;
    private static final int MAX_PENDING = 15;

    private final SimulatedNode node;
    private final SimulatedRuntime runtime;
    private final HaSqliteDataSource dataSource;
    private final Ledger ledger;
    private final Random random;
    private final SimulatedSchema schema;
    private final int schemaPercent;
    private final boolean keyed;
    /** Some commits fail by themselves. */
    private final boolean failing;

    Application(
            SimulatedNode node,
            SimulatedRuntime runtime,
            HaSqliteDataSource dataSource,
            Ledger ledger,
            Emphasis emphasis) {
        this.node = node;
        this.runtime = runtime;
        this.dataSource = dataSource;
        this.ledger = ledger;
        this.random = new Random(runtime.random().nextLong());
        this.schema = new SimulatedSchema(emphasis.tables(), random);
        this.schemaPercent = emphasis.schemaPercent();
        this.keyed = emphasis.also().keys();
        this.failing = emphasis.groupCommit();
    }

    /** Works until the node is told to be quiet. */
    void run() {
        try {
            while (!node.isQuiet()) {
                runtime.sleep(TimeUnit.MICROSECONDS.toNanos(random.nextInt(MAX_PAUSE_MILLIS * 1_000)));
                // what is pending is taken out and put back with every batch, which would cost most of the time
                if (dataSource.replicationStatus().outboxLength() < MAX_PENDING) {
                    work();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        int dice = random.nextInt(100);
        try (Connection connection = dataSource.getConnection()) {
            if (dice < schemaPercent) {
                changeSchema(connection);
            } else if (dice >= 90) {
                execute(connection, schema.statement());
            } else {
                transaction(connection);
            }
        } catch (SQLException e) {
            runtime.scheduler().note(runtime.name() + " failed: " + e.getSQLState() + " " + e.getMessage());
        }
    }

    private void transaction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        boolean counted = node.mode() == CommitMode.STRICT && random.nextInt(3) == 0;
        if (counted) {
            long n = number(connection, "SELECT n FROM c WHERE id = 1");
            runtime.point();
            execute(connection, "UPDATE c SET n = " + (n + 1) + " WHERE id = 1");
        }
        runStatements(connection);
        if (random.nextInt(6) == 0) {
            Savepoint savepoint = connection.setSavepoint();
            runStatements(connection);
            connection.rollback(savepoint);
        }
        if (random.nextInt(25) == 0) {
            for (String each : schema.many()) {
                tryTo(connection, each);
            }
        }
        Ledger.Entry entry = beginToEnd(connection);
        entry.counted = counted;
        if (random.nextInt(20) == 0) {
            connection.rollback();
            entry.learns(Outcome.ROLLED_BACK);
            return;
        }
        if (failing && random.nextInt(4) == 0) {
            execute(connection, SimulatedSchema.FAILING_COMMIT);
        }
        commit(connection, entry, node.mode() == CommitMode.ASYNC ? Outcome.COMMITTED_HERE : Outcome.STORED);
    }

    /** The last that a transaction does is to leave a mark. */
    private Ledger.Entry beginToEnd(Connection connection) throws SQLException {
        long mark = ledger.nextMark();
        List<String> columns = insertMark(connection, mark);
        if (keyed) {
            execute(connection, "INSERT INTO g(mark) VALUES(" + mark + ")");
        }
        runtime.point();
        Ledger.Entry entry = ledger.begin(mark, runtime, columns);
        entry.keyed = keyed;
        return entry;
    }

    private void commit(Connection connection, Ledger.Entry entry, Outcome committed) throws SQLException {
        try {
            connection.commit();
            entry.learns(committed);
            runtime.scheduler().note(runtime.name() + " committed " + entry.mark);
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            entry.learns(
                    switch (state) {
                        case "40001", "23503" -> Outcome.ROLLED_BACK;
                        case "08H01" -> Outcome.COMMITTED_HERE;
                        default -> Outcome.UNKNOWN;
                    });
            runtime.scheduler()
                    .note(runtime.name() + " did not commit " + entry.mark + ": " + state + " " + e.getMessage());
            connection.rollback();
        }
    }

    private void changeSchema(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        boolean version = random.nextBoolean();
        List<String> commands = version
                ? SimulatedSchema.nextVersion(number(connection, "SELECT n FROM version"))
                : schema.commands(columns(connection));
        for (String command : commands) {
            execute(connection, command);
        }
        runStatements(connection);
        Ledger.Entry entry = beginToEnd(connection);
        entry.version = version;
        commit(connection, entry, Outcome.STORED);
        runtime.scheduler().note(runtime.name() + " changed the schema: " + commands + " " + entry.outcome);
    }

    private List<String> insertMark(Connection connection, long mark) throws SQLException {
        List<String> columns = columns(connection);
        execute(
                connection,
                "INSERT INTO log(" + String.join(", ", columns) + ") VALUES("
                        + String.join(", ", Collections.nCopies(columns.size(), String.valueOf(mark))) + ")");
        return columns.subList(1, columns.size());
    }

    private void runStatements(Connection connection) throws SQLException {
        for (int i = random.nextInt(3); i >= 0; i--) {
            tryTo(connection, schema.statement());
        }
    }

    /** A statement that may meet a constraint; the transaction goes on. */
    private void tryTo(Connection connection, String sql) throws SQLException {
        try {
            execute(connection, sql);
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            if (!state.startsWith("23") && !state.startsWith("42")) {
                throw e;
            }
        }
        runtime.point();
    }

    private static List<String> columns(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM pragma_table_info('log') ORDER BY cid")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        if (names.isEmpty()) {
            throw new SQLException("the tables are not there yet", "42P01");
        }
        return names;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
