package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** How long a write waits for another one is what the application says, as with plain sqlite-jdbc. */
class LockPatienceTests {

    /** The pool's own patience is 30 s. */
    private static final Duration FAR_LESS_THAN_THE_POOLS = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;
    private Connection holder;

    @BeforeEach
    void open() throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve("app.db").toString());
        dataSource = ReplicationNode.alone(NodeSettings.of("n1", pool)).start().dataSource();
        holder = dataSource.getConnection();
        holder.createStatement().executeUpdate("CREATE TABLE t(a)");
        holder.setAutoCommit(false);
        holder.createStatement().executeUpdate("INSERT INTO t VALUES(1)");
    }

    @AfterEach
    void close() throws SQLException {
        holder.close();
        dataSource.close();
    }

    private static void assertBusyWithin(Duration least, Duration most, ThrowingCallable call) {
        long start = System.nanoTime();
        assertThatExceptionOfType(SQLiteException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getResultCode()).isEqualTo(SQLiteErrorCode.SQLITE_BUSY));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(least, most);
    }

    @Test
    void queryTimeoutIsHowLongAStatementWaits() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("INSERT INTO t VALUES(?)")) {
            statement.setQueryTimeout(1);
            assertBusyWithin(
                    Duration.ofMillis(900),
                    FAR_LESS_THAN_THE_POOLS,
                    () -> statement.executeUpdate("INSERT INTO t VALUES(2)"));
            prepared.setQueryTimeout(1);
            prepared.setInt(1, 1);
            assertBusyWithin(Duration.ofMillis(900), FAR_LESS_THAN_THE_POOLS, prepared::executeUpdate);
        }
    }

    @Test
    void busyTimeoutOfTheConnectionIsHowLongItsWritesWait() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 50");
            assertBusyWithin(
                    Duration.ofMillis(50), FAR_LESS_THAN_THE_POOLS, () -> statement.execute("BEGIN IMMEDIATE"));
            statement.execute("PRAGMA busy_timeout = 0");
            assertBusyWithin(
                    Duration.ZERO, FAR_LESS_THAN_THE_POOLS, () -> statement.executeUpdate("INSERT INTO t VALUES(2)"));
        }
    }

    @Test
    void timeoutOfASpringTransactionHolds() {
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        transaction.setTimeout(1);
        long start = System.nanoTime();
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(
                        status -> new JdbcTemplate(dataSource).update("INSERT INTO t VALUES(2)")));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(FAR_LESS_THAN_THE_POOLS);
    }
}
