package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import liquibase.command.CommandScope;
import liquibase.command.core.DropAllCommandStep;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/** The tables of replication can be read, and are nothing that an application or its tools change or stumble over. */
@Tag("system")
class TablesOfReplicationTests {

    @TempDir
    static Path folder;

    private static NatsServer server;
    private static TestNode one;
    private static TestNode two;

    private Connection connection;

    @BeforeAll
    static void start() throws SQLException {
        server = NatsServer.start();
        one = TestNode.openStrict(server, folder.resolve("one.db"), "n1");
        two = TestNode.openStrict(server, folder.resolve("two.db"), "n2");
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        connection = one.dataSource().getConnection();
    }

    @AfterEach
    void close() throws SQLException {
        run("PRAGMA foreign_keys = OFF");
        connection.close();
        one.execute("DELETE FROM t");
        one.awaitAppliedOn(two);
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return strings(statement.executeQuery(sql), 1);
        }
    }

    private static List<String> strings(ResultSet rows, int column) throws SQLException {
        List<String> strings = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                strings.add(rows.getString(column));
            }
        }
        return strings;
    }

    private void assertRefused(String state, String sql) throws SQLException {
        long rejected = two.status().rejectedMessages();
        run("BEGIN");
        run("INSERT INTO t VALUES(1, 'x')");
        SQLException plain = catchThrowableOfType(SQLException.class, () -> run(sql));
        assertThat((Throwable) plain).as(sql).isNotNull();
        assertThat(plain.getSQLState()).as(sql).isEqualTo(state);
        assertThat(plain.getMessage()).contains(sql);
        SQLException prepared = catchThrowableOfType(SQLException.class, () -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.executeUpdate();
            }
        });
        assertThat(prepared.getSQLState()).as(sql).isEqualTo(state);
        run("COMMIT");
        one.awaitAppliedOn(two);
        assertThat(one.query("SELECT v FROM t")).containsExactly("x");
        assertThat(two.query("SELECT v FROM t")).containsExactly("x");
        assertThat(two.status().rejectedMessages()).isEqualTo(rejected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM ha_state",
                "DELETE FROM \"HA_outbox\"",
                "DELETE FROM main.[ha_outbox] WHERE 1",
                "UPDATE OR IGNORE `ha_state` SET value = 1",
                "INSERT INTO ha_publishers VALUES('x', 5, 1)",
                "REPLACE INTO main.ha_state VALUES('mine', 1)",
                "INSERT INTO ha_state SELECT v, id FROM t WHERE 0",
                "WITH ha_state AS (SELECT 1) UPDATE main.ha_state SET value = value",
                "WITH x AS (SELECT 1) DELETE FROM ha_conflicts RETURNING *",
                "CREATE TABLE f(a REFERENCES ha_state(name) ON DELETE CASCADE)",
                "CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM main.ha_outbox; END",
                "CREATE TEMP TRIGGER g AFTER UPDATE ON main.ha_state BEGIN SELECT 1; END"
            })
    void theyAreNotChanged(String sql) throws SQLException {
        assertRefused("42501", sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DROP TABLE ha_state",
                "DROP TABLE IF EXISTS main.\"HA_Outbox\"",
                "ALTER TABLE [ha_state] ADD COLUMN mine",
                "ALTER TABLE ha_state RENAME COLUMN value TO mine",
                "ALTER TABLE ha_outbox RENAME TO mine",
                "ALTER TABLE t RENAME TO \"ha_mine\""
            })
    void theyAreNotDroppedOrAltered(String sql) throws SQLException {
        assertRefused("42939", sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE ha_state SET value = 1; END",
                "CREATE TRIGGER g AFTER INSERT ON ha_outbox BEGIN DELETE FROM t; END",
                "CREATE INDEX i ON ha_state(value)",
                "PRAGMA writable_schema = ON"
            })
    void nothingIsTiedToThem(String sql) throws SQLException {
        assertRefused("0A000", sql);
    }

    @Test
    void theyCanBeReadAndMaintained() throws SQLException {
        assertThat(query("SELECT count(*) FROM ha_conflicts")).containsExactly("0");
        assertThat(query("SELECT count(*) FROM ha_dead_letters")).containsExactly("0");
        run("INSERT INTO t SELECT 7, count(*) FROM ha_dead_letters");
        run("INSERT INTO t(v) VALUES('ha_state is a text')");
        run("REINDEX ha_state");
        run("ANALYZE");
        run("VACUUM");
        assertThat(query("SELECT count(*) FROM t")).containsExactly("2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT name FROM sqlite_master",
                "SELECT tbl_name FROM \"main\".sqlite_master WHERE type='table'",
                "SELECT sqlite_schema.name FROM main.sqlite_schema WHERE sqlite_schema.tbl_name LIKE '%'",
                "select m.name from SQLITE_MASTER as m join pragma_table_info(m.name) c order by m.name",
                "SELECT name FROM (SELECT * FROM sqlite_schema s)",
                "WITH a AS (SELECT name FROM t JOIN sqlite_master ON 1 UNION SELECT 't') SELECT name FROM a"
            })
    void queriesOfTheSchemaDoNotShowThem(String sql) throws SQLException {
        assertThat(query(sql)).contains("t").noneMatch(name -> name.contains("ha_"));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            assertThat(strings(statement.executeQuery(), 1)).contains("t").noneMatch(name -> name.contains("ha_"));
        }
        try (Connection reader = one.dataSource().getConnection()) {
            reader.setReadOnly(true);
            assertThat(strings(reader.createStatement().executeQuery(sql), 1))
                    .contains("t")
                    .noneMatch(name -> name.contains("ha_"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WITH sqlite_schema AS (SELECT 'cte' AS name) SELECT name FROM sqlite_schema",
                "WITH a AS (SELECT 1), sqlite_master(name) AS (VALUES('cte')) SELECT name FROM sqlite_master",
                "WITH sqlite_schema AS NOT MATERIALIZED (SELECT 'cte' AS name) SELECT name FROM sqlite_schema"
            })
    void aTableExpressionMayHaveTheNameOfTheSchema(String sql) throws SQLException {
        assertThat(query(sql)).containsExactly("cte");
    }

    @Test
    void theSchemaKeepsItsColumns() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM sqlite_master WHERE name = 't'")) {
            assertThat(rows.getMetaData().getColumnCount()).isEqualTo(5);
            assertThat(rows.getMetaData().getColumnName(3)).isEqualTo("tbl_name");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString("sql")).startsWith("CREATE TABLE t(");
        }
        assertThat(query("SELECT rowid FROM sqlite_master WHERE name = 't'")).hasSize(1);
    }

    @Test
    void metadataDoesNotShowThem() throws SQLException {
        assertHidden(connection.getMetaData());
        assertHidden(connection.unwrap(SQLiteConnection.class).getMetaData());
        try (Connection reader = one.dataSource().getConnection()) {
            reader.setReadOnly(true);
            assertHidden(reader.getMetaData());
        }
    }

    private static void assertHidden(DatabaseMetaData metadata) throws SQLException {
        assertThat(strings(metadata.getTables(null, null, "%", null), 3))
                .contains("t")
                .noneMatch(TablesOfReplicationTests::isReserved);
        assertThat(strings(metadata.getColumns(null, null, "%", "%"), 3))
                .contains("t")
                .noneMatch(TablesOfReplicationTests::isReserved);
        assertThat(strings(metadata.getColumns(null, null, "ha_state", null), 4))
                .isEmpty();
        assertThat(strings(metadata.getPrimaryKeys(null, null, "ha_state"), 4)).isEmpty();
        assertThat(strings(metadata.getPrimaryKeys(null, null, "t"), 4)).containsExactly("id");
        assertThat(strings(metadata.getIndexInfo(null, null, "ha_state", false, true), 6))
                .isEmpty();
        assertThat(strings(metadata.getExportedKeys(null, null, "ha_state"), 3)).isEmpty();
        assertThat(strings(metadata.getTableTypes(), 1)).contains("TABLE");
    }

    private static boolean isReserved(String name) {
        return name.startsWith("ha_");
    }

    @Test
    void plainFlywayMigratesFromItsFirstVersionAndCleans() throws SQLException {
        run("DROP TABLE t");
        try {
            Flyway flyway = Flyway.configure()
                    .dataSource(one.dataSource())
                    .locations("classpath:io/github/hasqlite/zero")
                    .cleanDisabled(false)
                    .load();
            for (int i = 0; i < 2; i++) {
                assertThat(flyway.migrate().migrationsExecuted).isEqualTo(2);
                one.awaitAppliedOn(two);
                assertThat(two.query("SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
                        .containsExactly("0", "1");
                flyway.clean();
                one.awaitAppliedOn(two);
                assertThat(one.query("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"))
                        .isEmpty();
                assertThat(two.query("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"))
                        .isEmpty();
            }
            one.execute("CREATE TABLE u(id INTEGER PRIMARY KEY)");
            one.execute("INSERT INTO u VALUES(1)");
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT id FROM u")).containsExactly("1");
            one.execute("DROP TABLE u");
        } finally {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
        }
    }

    @Test
    void liquibaseDropsWhatIsTheApplications() throws Exception {
        Database database = DatabaseFactory.getInstance()
                .findCorrectDatabaseImplementation(
                        new JdbcConnection(one.dataSource().getConnection()));
        try (database) {
            for (int i = 0; i < 2; i++) {
                new CommandScope(DropAllCommandStep.COMMAND_NAME)
                        .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                        .execute();
                one.awaitAppliedOn(two);
                assertThat(two.query("SELECT name FROM sqlite_schema WHERE name = 't'"))
                        .isEmpty();
                new CommandScope(UpdateCommandStep.COMMAND_NAME)
                        .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                        .addArgumentValue(
                                UpdateCommandStep.CHANGELOG_FILE_ARG, "io/github/hasqlite/autoconfigure/changelog.sql")
                        .execute();
            }
            one.awaitAppliedOn(two);
            assertThat(two.query("SELECT count(*) FROM DATABASECHANGELOG")).isNotEqualTo(List.of("0"));
            new CommandScope(DropAllCommandStep.COMMAND_NAME)
                    .addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database)
                    .execute();
        } finally {
            one.execute("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v)");
        }
    }
}
