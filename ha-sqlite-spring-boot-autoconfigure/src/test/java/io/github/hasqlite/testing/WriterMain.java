package io.github.hasqlite.testing;

import io.github.hasqlite.CommitMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A node in a process of its own, which writes numbered transactions until it is killed or its input
 * ends. Prints {@code ready}, and {@code ack n} when the commit of transaction n has returned.
 */
public final class WriterMain {

    private static final int DDL_EVERY = 97;
    private static final long ASYNC_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

    private final TestNode node;
    private final String name;
    private final boolean sync;

    private WriterMain(TestNode node, String name, boolean sync) {
        this.node = node;
        this.name = name;
        this.sync = sync;
    }

    /** Creates the tables that the writers share. */
    public static void createTables(TestNode node) throws SQLException {
        node.execute(
                "CREATE TABLE entry(writer TEXT, n INTEGER, half INTEGER, filler TEXT, PRIMARY KEY(writer, n, half))");
        node.execute("CREATE TABLE tally(writer TEXT PRIMARY KEY, value INTEGER)");
        node.execute("CREATE TABLE log(line TEXT)");
        node.execute("CREATE TABLE wide(id INTEGER PRIMARY KEY)");
        node.execute("INSERT INTO tally VALUES('a', 0), ('b', 0)");
    }

    /**
     * Runs until killed, or until the input ends.
     *
     * @param args URL, database file, name, commit mode
     */
    public static void main(String[] args) throws Exception {
        CommitMode mode = CommitMode.valueOf(args[3]);
        TestNode node = TestNode.open(
                args[0],
                Path.of(args[1]),
                args[2],
                settings -> settings.with(to -> to.commitMode(mode))
                        .with(to -> to.publisherTimeout(Duration.ofSeconds(10))),
                List.of());
        Thread stop = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // until the test ends it or ends itself
                }
            } catch (java.io.IOException e) {
                // the same
            }
            Runtime.getRuntime().halt(0);
        });
        stop.setDaemon(true);
        stop.start();
        System.out.println("ready");
        new WriterMain(node, args[2], mode != CommitMode.ASYNC).write();
    }

    private void write() throws SQLException {
        long n = last() + 1;
        while (true) {
            try {
                if (n % DDL_EVERY == 0) {
                    changeSchema(n);
                }
                transaction(n);
                System.out.println("ack " + n);
                if (!sync) {
                    LockSupport.parkNanos(ASYNC_PAUSE_NANOS);
                }
            } catch (SQLException e) {
                System.err.println(name + " " + n + ": " + e);
            }
            n = last() + 1;
        }
    }

    private long last() throws SQLException {
        return Long.parseLong(node.query("SELECT value FROM tally WHERE writer = '" + name + "'")
                .get(0));
    }

    private void transaction(long n) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            String row = "INSERT INTO entry VALUES('" + name + "', " + n + ", ";
            statement.executeUpdate(row + "1, 'first')");
            statement.executeUpdate("INSERT INTO log VALUES('" + name + " " + n + "')");
            statement.executeUpdate("UPDATE tally SET value = value + 1 WHERE writer = '" + name + "'");
            statement.executeUpdate(row + "2, '" + "x".repeat((int) (n % 50) * 20) + "')");
            connection.commit();
        }
    }

    /** Alternately a table of its own with a row in the same transaction, and a column of a shared one. */
    private void changeSchema(long n) throws SQLException {
        if (n % 2 == 0) {
            if (!exists("SELECT 1 FROM pragma_table_info('wide') WHERE name = '" + name + n + "'")) {
                node.execute("ALTER TABLE wide ADD COLUMN " + name + n);
            }
            return;
        }
        if (exists("SELECT 1 FROM sqlite_schema WHERE name = '" + name + n + "'")) {
            return;
        }
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("CREATE TABLE " + name + n + "(a INTEGER PRIMARY KEY, b)");
            statement.executeUpdate("INSERT INTO " + name + n + " VALUES(1, 'one'), (2, 'two')");
            connection.commit();
        }
    }

    private boolean exists(String query) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }
}
