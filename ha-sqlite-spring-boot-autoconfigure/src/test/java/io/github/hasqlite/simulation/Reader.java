package io.github.hasqlite.simulation;

import io.github.hasqlite.HaSqliteDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** A thread of an application that only reads: no mark that it has seen may ever be gone. */
final class Reader {

    private static final int MAX_PAUSE_MILLIS = 40;

    private final SimulatedNode node;
    private final SimulatedRuntime runtime;
    private final HaSqliteDataSource dataSource;
    private final Ledger ledger;
    private final Random random;

    Reader(SimulatedNode node, SimulatedRuntime runtime, HaSqliteDataSource dataSource, Ledger ledger) {
        this.node = node;
        this.runtime = runtime;
        this.dataSource = dataSource;
        this.ledger = ledger;
        this.random = new Random(runtime.random().nextLong());
    }

    /** Reads until the node is told to be quiet. */
    void run() {
        try {
            while (!node.isQuiet()) {
                runtime.sleep(TimeUnit.MICROSECONDS.toNanos(random.nextInt(MAX_PAUSE_MILLIS * 1_000)));
                // again at the same instant, at which those go on who have waited for the same as this one
                do {
                    read();
                } while (random.nextInt(4) > 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (Connection connection = dataSource.getConnection()) {
            // on one of the connections that write as well as on the one that only reads
            connection.setReadOnly(random.nextBoolean());
            boolean transaction = random.nextBoolean();
            connection.setAutoCommit(!transaction);
            Set<Long> marks = marks(connection);
            if (transaction) {
                runtime.point();
                marks.addAll(marks(connection));
                connection.commit();
            }
            ledger.saw(marks);
        } catch (SQLException e) {
            runtime.scheduler().note(runtime.name() + " could not read: " + e.getSQLState() + " " + e.getMessage());
        }
    }

    private static Set<Long> marks(Connection connection) throws SQLException {
        Set<Long> marks = new TreeSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM log")) {
            while (rows.next()) {
                marks.add(rows.getLong(1));
            }
        }
        return marks;
    }
}
