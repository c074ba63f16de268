package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Whatever leaves the data source has an SQLState, and is for the rest what sqlite-jdbc throws. */
class SqlStateTests {

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        dataSource = ReplicationNode.alone(NodeSettings.of(
                        "n1",
                        PoolSettings.of(folder.resolve("app.db").toString())
                                .with(to -> to.writers(2)
                                        .readers(2)
                                        .connectionTimeout(Duration.ofMillis(300))
                                        .lockTimeout(Duration.ofMillis(100))
                                        .foreignKeys(true))))
                .start()
                .dataSource();
        connection = dataSource.getConnection();
        execute("CREATE TABLE p(id INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL DEFAULT 0, c CHECK(c > 0)) ");
        execute("CREATE TABLE k(p INTEGER REFERENCES p(id), x INTEGER)");
        execute("CREATE TABLE s(i INTEGER) STRICT");
        execute("INSERT INTO p(id, u) VALUES(1, 1)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        dataSource.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "23505 | INSERT INTO p(id) VALUES(1)",
                "23505 | INSERT INTO p(u) VALUES(1)",
                "23502 | INSERT INTO p(n) VALUES(NULL)",
                "23503 | INSERT INTO k(p) VALUES(7)",
                "23514 | INSERT INTO p(c) VALUES(-1)",
                "22018 | INSERT INTO s VALUES('x')",
                "22018 | INSERT INTO p(id) VALUES('x')",
                "22003 | INSERT INTO k(x) VALUES(abs(-9223372036854775808))",
                "22032 | INSERT INTO k(x) VALUES(json_extract('{', '$.a'))",
                "42601 | SELEC 1",
                "42601 | INSERT INTO p",
                "42P01 | INSERT INTO missing VALUES(1)",
                "42703 | UPDATE p SET missing = 1",
                "42703 | INSERT INTO p(missing) VALUES(1)",
                "42883 | SELECT missing()",
                "42P07 | CREATE TABLE p(a)",
                "42000 | INSERT INTO k VALUES(1,2,3)",
                "3B001 | RELEASE unknown",
                "25000 | COMMIT"
            })
    void aStatementThatFailsHasTheStateOfItsKind(String state, String sql) {
        Statement statement = statement();
        for (SQLException e : List.of(
                failure(() -> statement.executeUpdate(sql)), failure(() -> statement.execute(sql)), failure(() -> {
                    try (PreparedStatement prepared = connection.prepareStatement(sql)) {
                        prepared.execute();
                    }
                }))) {
            assertThat(e.getSQLState()).as(e.toString()).isEqualTo(state);
            assertThat((Throwable) e).isInstanceOf(SQLiteException.class);
            assertThat(e.getErrorCode()).isEqualTo(((SQLiteException) e).getResultCode().code & 0xff);
        }
    }

    private Statement statement() {
        try {
            return connection.createStatement();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SQLException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(SQLException.class);
        return (SQLException) thrown;
    }

    @Test
    void batchesKeepTheirShape() throws SQLException {
        Statement statement = connection.createStatement();
        statement.addBatch("INSERT INTO p(id) VALUES(5)");
        statement.addBatch("INSERT INTO p(id) VALUES(1)");
        assertThatExceptionOfType(BatchUpdateException.class)
                .isThrownBy(statement::executeBatch)
                .satisfies(e -> {
                    assertThat(e.getSQLState()).isEqualTo("23505");
                    assertThat(e.getUpdateCounts()).containsExactly(1, 0);
                });
        PreparedStatement prepared = connection.prepareStatement("INSERT INTO p(id) VALUES(?)");
        prepared.setInt(1, 1);
        prepared.addBatch();
        assertThat(failure(prepared::executeBatch).getSQLState()).isEqualTo("23505");
    }

    @Test
    void aResultThatFailsOnItsWayHasOne() throws SQLException {
        execute("INSERT INTO k(x) VALUES(1), (-9223372036854775808)");
        ResultSet rows = connection.createStatement().executeQuery("SELECT abs(x) FROM k ORDER BY rowid");
        assertThat(rows.next()).isTrue();
        assertThat(failure(rows::next).getSQLState()).isEqualTo("22003");
    }

    @Test
    void lockedFullAndReadOnlyDatabasesHaveOne() throws SQLException {
        try (Connection writer = dataSource.getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().executeUpdate("INSERT INTO k(x) VALUES(1)");
            SQLException locked = failure(() -> execute("INSERT INTO k(x) VALUES(2)"));
            assertThat((Throwable) locked).isInstanceOf(SQLiteException.class);
            assertThat(locked.getSQLState()).isEqualTo("55P03");
        }
        try (Connection reader = dataSource.getConnection()) {
            reader.setReadOnly(true);
            assertThat(failure(() -> reader.createStatement().executeUpdate("INSERT INTO k(x) VALUES(2)"))
                            .getSQLState())
                    .isEqualTo("25006");
        }
        connection.createStatement().execute("PRAGMA max_page_count = 20");
        assertThat(failure(() -> execute("INSERT INTO k(x) VALUES(zeroblob(1000000))"))
                        .getSQLState())
                .isEqualTo("53100");
    }

    @Test
    void noFreeConnectionIsTransientAndHasOne() throws SQLException {
        try (Connection other = dataSource.getConnection();
                Connection third = dataSource.getConnection()) {
            other.createStatement().executeUpdate("INSERT INTO k(x) VALUES(2)");
            SQLException none = failure(() -> third.createStatement().executeUpdate("INSERT INTO k(x) VALUES(3)"));
            assertThat((Throwable) none).isInstanceOf(SQLTransientConnectionException.class);
            assertThat(none.getSQLState()).isEqualTo("08001");
        }
    }

    /** Calls all that JDBC knows, with arguments that often make no sense, on open and on closed objects. */
    @Test
    void noMethodThrowsWithoutOne() throws Exception {
        List<String> without = new ArrayList<>();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT id, u FROM p WHERE id = ?");
        prepared.setInt(1, 1);
        ResultSet rows = prepared.executeQuery();
        rows.next();
        callAll(ResultSetMetaData.class, rows.getMetaData(), without);
        callAll(ResultSetMetaData.class, prepared.getMetaData(), without);
        callAll(ResultSet.class, rows, without);
        rows.close();
        callAll(ResultSet.class, rows, without);
        callAll(PreparedStatement.class, prepared, without);
        callAll(PreparedStatement.class, connection.prepareStatement("INSERT INTO k(x) VALUES(?)"), without);
        prepared.close();
        callAll(PreparedStatement.class, prepared, without);
        callAll(Statement.class, statement, without);
        statement.close();
        callAll(Statement.class, statement, without);
        DatabaseMetaData metadata = connection.getMetaData();
        callAll(DatabaseMetaData.class, metadata, without);
        callAll(Connection.class, connection, without);
        connection.close();
        callAll(Connection.class, connection, without);
        callAll(DatabaseMetaData.class, metadata, without);
        connection = dataSource.getConnection();
        dataSource.close();
        callAll(Connection.class, connection, without);
        assertThat(failure(dataSource::getConnection).getSQLState()).isEqualTo("08003");
        assertThat(without).isEmpty();
    }

    private static void callAll(Class<?> type, Object target, List<String> without) throws IllegalAccessException {
        Set<String> ends = Set.of("close", "abort", "closeOnCompletion", "cancel", "isValid");
        for (Method method : type.getMethods()) {
            // what cannot be updated, and what the driver has not heard of, says so by its type alone
            if (ends.contains(method.getName()) || method.getName().startsWith("update") || method.isDefault()) {
                continue;
            }
            Object[] args = new Object[method.getParameterCount()];
            for (int i = 0; i < args.length; i++) {
                args[i] = nonsense(method.getParameterTypes()[i]);
            }
            try {
                method.invoke(target, args);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof SQLException failure
                        && (failure.getSQLState() == null
                                || failure.getSQLState().length() != 5)) {
                    without.add(type.getSimpleName() + "." + method.getName() + ": " + failure);
                }
            }
        }
    }

    private static Object nonsense(Class<?> type) {
        if (type == int.class) {
            return 99;
        }
        if (type == String.class) {
            return "nonsense";
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == long.class) {
            return 99L;
        }
        if (type == short.class) {
            return (short) 99;
        }
        if (type == byte.class) {
            return (byte) 99;
        }
        if (type == float.class) {
            return 99f;
        }
        if (type == double.class) {
            return 99d;
        }
        return type == Class.class ? Integer.class : null;
    }

    @Test
    void whatIsCommittedIsNotTransientForSpring() {
        SQLException late = new ReplicationTimeoutException("late", new TimeoutException());
        DataAccessException translated = new SQLExceptionSubclassTranslator().translate("commit", null, late);
        assertThat(translated).isInstanceOf(NonTransientDataAccessException.class);
        translated = new SQLStateSQLExceptionTranslator().translate("commit", null, late);
        assertThat(translated).isInstanceOf(NonTransientDataAccessException.class);
    }

    @Test
    void springKnowsTheStates() {
        SQLException twice = failure(() -> execute("INSERT INTO p(id) VALUES(1)"));
        assertThat(new SQLExceptionSubclassTranslator().translate("insert", null, twice))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(((SQLiteException) twice).getResultCode()).isEqualTo(SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY);
        assertThat((Throwable) twice).hasMessageContaining("UNIQUE constraint failed: p.id");
    }
}
