package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hasqlite.core.sqlite.WriteLock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Who waits for whom when connections read and write, and what transactions see that do both. */
@Tag("system")
@Timeout(60)
class ReadAndWriteLockTests extends ConnectionsOfANode {

    @Test
    void readingDoesNotWaitForAWriter() throws Exception {
        try (Connection writer = begin();
                Connection plain = begin();
                Connection readOnly = dataSource.getConnection()) {
            update(writer, "UPDATE t SET a = 11");
            readOnly.setReadOnly(true);
            assertThat(query(plain, "SELECT a FROM t")).isEqualTo("10");
            assertThat(query(readOnly, "SELECT a FROM t")).isEqualTo("10");
            plain.commit();
            writer.commit();
            assertThat(query(plain, "SELECT a FROM t")).isEqualTo("11");
        }
    }

    @Test
    void readThenWriteSucceedsIfNothingReadHasChanged() throws Exception {
        try (Connection first = begin();
                Connection second = dataSource.getConnection()) {
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("10");
            update(second, "INSERT INTO t VALUES(2, 20)");
            update(first, "UPDATE t SET a = a + 1");
            first.commit();
        }
        assertThat(node.query("SELECT a FROM t ORDER BY id")).containsExactly("11", "21");
    }

    @Test
    void readThenWriteIsRefusedIfWhatWasReadHasChanged() throws Exception {
        try (Connection first = begin();
                Connection second = dataSource.getConnection()) {
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("10");
            update(second, "UPDATE t SET a = 20");
            assertFails(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, () -> update(first, "UPDATE t SET a = 11"));
            first.rollback();
            assertThat(query(first, "SELECT a FROM t WHERE id = 1")).isEqualTo("20");
            update(first, "UPDATE t SET a = 21");
            first.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("21");
    }

    @Test
    void readThenWriteWithRowsStillOpenKeepsTheTransactionTogether() throws Exception {
        node.execute("INSERT INTO t VALUES(2, 20), (3, 30)");
        try (Connection first = begin();
                Connection second = dataSource.getConnection();
                Statement reading = first.createStatement();
                ResultSet rows = reading.executeQuery("SELECT a FROM t WHERE id < 4 ORDER BY id")) {
            assertThat(rows.next()).isTrue();
            update(second, "UPDATE t SET a = 31 WHERE id = 3");
            assertFails(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, () -> update(first, "UPDATE t SET a = a + 1"));
            rows.close();
            first.rollback();
            update(first, "UPDATE t SET a = a + 2");
            first.rollback();
        }
        assertThat(node.query("SELECT a FROM t ORDER BY id")).containsExactly("10", "20", "31");
    }

    @Test
    void countersAreNotLostBetweenTransactionsThatReadFirst() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        int each = 50;
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                try (Connection connection = begin()) {
                    for (int done = 0; done < each; ) {
                        try {
                            long value = Long.parseLong(query(connection, "SELECT a FROM t WHERE id = 1"));
                            update(connection, "UPDATE t SET a = " + (value + 1) + " WHERE id = 1");
                            connection.commit();
                            done++;
                        } catch (SQLiteException e) {
                            connection.rollback();
                            if (e.getResultCode() != SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT) {
                                throw e;
                            }
                        }
                    }
                } catch (SQLException | RuntimeException e) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(node.query("SELECT a FROM t")).containsExactly(Integer.toString(10 + 4 * each));
    }

    @Test
    void writersGetBusyAfterTheTimeout() throws Exception {
        try (Connection holder = begin();
                Connection waiting = dataSource.getConnection()) {
            update(holder, "UPDATE t SET a = 11");
            long start = System.nanoTime();
            assertFails(SQLiteErrorCode.SQLITE_BUSY, () -> update(waiting, "UPDATE t SET a = 12"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LOCK_TIMEOUT);
            waiting.setAutoCommit(false);
            assertThat(query(waiting, "SELECT a FROM t")).isEqualTo("10");
            assertFails(SQLiteErrorCode.SQLITE_BUSY, () -> update(waiting, "UPDATE t SET a = 12"));
            holder.commit();
            waiting.rollback();
            update(waiting, "UPDATE t SET a = 13");
            waiting.commit();
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("13");
    }

    /** Whoever waited inside SQLite instead, with the write lock held, would keep the holder from writing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN IMMEDIATE",
                "BEGIN EXCLUSIVE",
                "PRAGMA incremental_vacuum",
                "PRAGMA optimize(0x10002)",
                "PRAGMA main.default_cache_size = 100",
                "REINDEX"
            })
    void whatLocksTheDatabaseHoldsTheWriteLock(String sql) throws Exception {
        try (Connection holder = dataSource.getConnection();
                Connection waiting = dataSource.getConnection()) {
            update(holder, "BEGIN");
            try {
                update(holder, sql);
            } catch (SQLiteException e) {
                assertThat(e.getMessage()).contains("cannot start a transaction within a transaction");
            }
            SQLiteException busy =
                    catchThrowableOfType(SQLiteException.class, () -> update(waiting, "UPDATE t SET a = 12"));
            assertThat(Arrays.stream(busy.getStackTrace()).map(StackTraceElement::getClassName))
                    .contains(WriteLock.class.getName());
            update(holder, "UPDATE t SET a = 11");
            update(holder, "COMMIT");
        }
        assertThat(node.query("SELECT a FROM t")).containsExactly("11");
    }

    @Test
    void writersQueueInTheOrderTheyCame() throws Exception {
        node.execute("CREATE TABLE IF NOT EXISTS turn(n INTEGER PRIMARY KEY AUTOINCREMENT, who)");
        node.execute("DELETE FROM turn");
        List<Thread> threads = new ArrayList<>();
        try (Connection holder = begin()) {
            update(holder, "UPDATE t SET a = 11");
            for (int i = 0; i < 6; i++) {
                String sql = "INSERT INTO turn(who) VALUES(" + i + ")";
                Connection borrowed = dataSource.getConnection();
                // so that the only thing the thread can wait for is the write lock
                query(borrowed, "SELECT 1");
                Thread thread = new Thread(() -> {
                    try (Connection connection = borrowed) {
                        update(connection, sql);
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                threads.add(thread);
                thread.start();
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            holder.commit();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(node.query("SELECT who FROM turn ORDER BY n")).containsExactly("0", "1", "2", "3", "4", "5");
    }
}
