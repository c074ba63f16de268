package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A statement that runs for longer than its query timeout is interrupted, and nothing of it stays. */
@Timeout(60)
class QueryTimeoutTests {

    /** Rows without an end. */
    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    private static final String ENDLESS_INSERT =
            "INSERT INTO t WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;

    @BeforeEach
    void open() throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve("app.db").toString());
        dataSource = ReplicationNode.alone(NodeSettings.of("n1", pool)).start().dataSource();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(a)");
        }
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    private static void assertTimedOut(SQLException e) {
        assertThat((Throwable) e).isInstanceOf(SQLTimeoutException.class).hasMessageContaining("query timeout of 1 s");
        assertThat(e.getSQLState()).isEqualTo("57014");
    }

    private long rows() {
        return JdbcClient.create(dataSource)
                .sql("SELECT count(*) FROM t")
                .query(Long.class)
                .single();
    }

    @Test
    void interruptsWhatRunsForTooLong() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement query = connection.prepareStatement(ENDLESS);
                PreparedStatement insert = connection.prepareStatement(ENDLESS_INSERT)) {
            statement.setQueryTimeout(1);
            query.setQueryTimeout(1);
            insert.setQueryTimeout(1);
            long start = System.nanoTime();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.executeQuery(ENDLESS))
                    .satisfies(QueryTimeoutTests::assertTimedOut);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(20));
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(query::executeQuery)
                    .satisfies(QueryTimeoutTests::assertTimedOut);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(insert::executeUpdate)
                    .satisfies(QueryTimeoutTests::assertTimedOut);
            // the connection goes on
            statement.executeUpdate("INSERT INTO t VALUES(1)");
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void interruptsTheFetchingOfRows() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement query = connection.prepareStatement("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL"
                        + " SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 3 OR i > 1000000000000")) {
            query.setQueryTimeout(1);
            try (ResultSet result = query.executeQuery()) {
                assertThat(result.next()).isTrue();
                assertThat(result.next()).isTrue();
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(result::next)
                        .satisfies(QueryTimeoutTests::assertTimedOut);
            }
        }
    }

    /** SQLite interrupts all that is open on a connection, and refuses the rest until that is closed. */
    @Test
    void otherRowsOfTheConnectionEndAndNothingElse() throws SQLException {
        for (boolean autoCommit : new boolean[] {true, false}) {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement();
                    Statement other = connection.createStatement();
                    PreparedStatement third = connection.prepareStatement("VALUES(1), (2), (3)")) {
                connection.setAutoCommit(autoCommit);
                ResultSet rows = other.executeQuery("VALUES(1), (2), (3)");
                assertThat(rows.next()).isTrue();
                ResultSet prepared = third.executeQuery();
                assertThat(prepared.next()).isTrue();
                statement.setQueryTimeout(1);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeQuery(ENDLESS))
                        .satisfies(QueryTimeoutTests::assertTimedOut);
                statement.executeUpdate("INSERT INTO t VALUES(1)");
                for (ResultSet ended : new ResultSet[] {rows, prepared}) {
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(() -> ended.getInt(1))
                            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57014"));
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(ended::next)
                            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57014"));
                    assertThat(ended.next()).isFalse();
                }
                if (!autoCommit) {
                    connection.commit();
                }
                assertThat(third.executeQuery().next()).isTrue();
            }
        }
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void tellsOfABatchInItsOwnWay() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            statement.addBatch("INSERT INTO t VALUES(1)");
            statement.addBatch(ENDLESS_INSERT);
            assertThatExceptionOfType(BatchUpdateException.class)
                    .isThrownBy(statement::executeBatch)
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void nothingCommitsByItselfAfterATransactionThatWasInterrupted() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO t VALUES(1)");
                statement.setQueryTimeout(1);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> statement.executeUpdate(ENDLESS_INSERT))
                        .satisfies(QueryTimeoutTests::assertTimedOut)
                        .withMessageContaining("rolled back its transaction");
                for (ThrowingRun next :
                        new ThrowingRun[] {() -> statement.executeUpdate("INSERT INTO t VALUES(2)"), connection::commit
                        }) {
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(next::run)
                            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
                }
                connection.rollback();
                statement.executeUpdate("INSERT INTO t VALUES(3)");
                connection.commit();
            }
        }
        assertThat(JdbcClient.create(dataSource)
                        .sql("SELECT a FROM t")
                        .query(Integer.class)
                        .list())
                .containsExactly(3);
    }

    /** Often, because the cancelling meets what replication runs beside the statement, too. */
    @RepeatedTest(50)
    void nothingCommitsByItselfAfterATransactionThatWasCancelled() throws Exception {
        int all = 0;
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    Statement endless = connection.createStatement()) {
                statement.executeUpdate("INSERT INTO t VALUES(1)");
                Thread canceller = new Thread(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        try {
                            endless.cancel();
                        } catch (SQLException e) {
                            return;
                        }
                        Thread.onSpinWait();
                    }
                });
                canceller.start();
                try {
                    assertThatExceptionOfType(SQLException.class)
                            .isThrownBy(() -> endless.executeUpdate(ENDLESS_INSERT))
                            .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57014"));
                } finally {
                    canceller.interrupt();
                    canceller.join();
                }
                // cancelled before it wrote, it leaves the transaction as it was
                try {
                    statement.executeUpdate("INSERT INTO t VALUES(2)");
                    connection.commit();
                    all = 2;
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).isEqualTo("25P02");
                    connection.rollback();
                }
            }
        }
        assertThat(rows()).isEqualTo(all);
    }

    private interface ThrowingRun {
        void run() throws SQLException;
    }

    @Test
    void timeoutOfASpringTransactionInterrupts() {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        transaction.setTimeout(1);
        JdbcClient client = JdbcClient.create(dataSource);
        assertThatExceptionOfType(QueryTimeoutException.class)
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    client.sql("INSERT INTO t VALUES(1)").update();
                    client.sql(ENDLESS_INSERT).update();
                }));
        assertThat(rows()).isZero();
        transaction.executeWithoutResult(
                status -> client.sql("INSERT INTO t VALUES(2)").update());
        assertThat(rows()).isEqualTo(1);
    }
}
