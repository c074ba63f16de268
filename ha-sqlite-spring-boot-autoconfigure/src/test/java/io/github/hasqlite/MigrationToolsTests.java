package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.DefaultResourceLoader;

/** What Flyway and Liquibase do on one node in {@code sync} mode, made by hand, is on the other one, too. */
@Tag("system")
@Timeout(120)
class MigrationToolsTests {

    private static final String SCHEMA =
            "SELECT name || ' ' || sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'ha\\_%' ESCAPE '\\'"
                    + " ORDER BY name";

    @TempDir
    static Path folder;

    private static NatsServer server;
    private static TestNode one;
    private static TestNode two;

    @TempDir
    private Path migrations;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
        one = TestNode.open(server, folder.resolve("one.db"), "n1", CommitMode.SYNC);
        two = TestNode.open(server, folder.resolve("two.db"), "n2", CommitMode.SYNC);
    }

    @AfterAll
    static void stop() {
        two.close();
        one.close();
        server.close();
    }

    @AfterEach
    void bothHaveTheSameAndAreEmptied() throws SQLException {
        one.awaitAppliedOn(two);
        assertThat(two.query(SCHEMA)).isEqualTo(one.query(SCHEMA));
        assertThat(two.status().rejectedMessages()).isZero();
        flyway().clean();
        one.awaitAppliedOn(two);
        assertThat(one.query(SCHEMA)).isEmpty();
        assertThat(two.query(SCHEMA)).isEmpty();
    }

    private Flyway flyway(JavaMigration... java) {
        return Flyway.configure()
                .dataSource(one.dataSource())
                .locations("filesystem:" + migrations)
                .javaMigrations(java)
                .cleanDisabled(false)
                .load();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(migrations.resolve(file), text);
    }

    /** Doubles what is there. */
    private static final class Doubling implements JavaMigration {

        @Override
        public MigrationVersion getVersion() {
            return MigrationVersion.fromVersion("1");
        }

        @Override
        public String getDescription() {
            return "doubling";
        }

        @Override
        public Integer getChecksum() {
            return 1;
        }

        @Override
        public boolean canExecuteInTransaction() {
            return true;
        }

        @Override
        public void migrate(Context context) throws Exception {
            try (Statement statement = context.getConnection().createStatement()) {
                statement.execute("UPDATE t SET n = 2 * n");
            }
        }
    }

    @Test
    void flywayRunsMigrationsOfJavaAfterThoseOfVersionZero() throws Exception {
        write("V0__zero.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY, n);\nINSERT INTO t VALUES(1, 21);\n");
        assertThat(flyway(new Doubling()).migrate().migrationsExecuted).isEqualTo(2);
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT n FROM t")).containsExactly("42");
        assertThat(two.query("SELECT version FROM flyway_schema_history ORDER BY installed_rank"))
                .containsExactly("0", "1");
        assertThat(flyway(new Doubling()).migrate().migrationsExecuted).isZero();
    }

    @Test
    void flywayRepairsItsHistoryOnBoth() throws Exception {
        write("V1__one.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY);\n");
        flyway().migrate();
        write("V1__one.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY); -- edited\n");
        assertThatExceptionOfType(FlywayValidateException.class).isThrownBy(() -> flyway().migrate());
        flyway().repair();
        one.awaitAppliedOn(two);
        write("V2__two.sql", "CREATE TABLE u(id INTEGER PRIMARY KEY);\n");
        assertThat(Flyway.configure()
                        .dataSource(two.dataSource())
                        .locations("filesystem:" + migrations)
                        .load()
                        .migrate()
                        .migrationsExecuted)
                .isEqualTo(1);
        two.awaitAppliedOn(one);
    }

    @Test
    void flywayLeavesNothingOfAMigrationThatFails() throws Exception {
        write("V1__one.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY);\nINSERT INTO nowhere VALUES(1);\n");
        assertThatExceptionOfType(FlywayException.class)
                .isThrownBy(() -> flyway().migrate())
                .withMessageContaining("nowhere");
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT name FROM sqlite_schema WHERE name = 't'")).isEmpty();
        write("V1__one.sql", "CREATE TABLE t(id INTEGER PRIMARY KEY);\n");
        assertThat(flyway().migrate().migrationsExecuted).isEqualTo(1);
    }

    private void liquibase(boolean dropFirst, String... changeSets) throws Exception {
        write(
                "changelog.xml",
                "<databaseChangeLog xmlns='http://www.liquibase.org/xml/ns/dbchangelog'"
                        + " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                        + " xsi:schemaLocation='http://www.liquibase.org/xml/ns/dbchangelog"
                        + " http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd'>"
                        + String.join("", changeSets) + "</databaseChangeLog>");
        SpringLiquibase liquibase = new SpringLiquibase();
        liquibase.setDataSource(one.dataSource());
        liquibase.setResourceLoader(new DefaultResourceLoader());
        liquibase.setChangeLog(migrations.resolve("changelog.xml").toUri().toString());
        liquibase.setDropFirst(dropFirst);
        liquibase.afterPropertiesSet();
        one.awaitAppliedOn(two);
    }

    private static String changeSet(int id, String changes) {
        return "<changeSet id='" + id + "' author='one'>" + changes + "</changeSet>";
    }

    /** Liquibase's {@code dropColumn} leaves the column where it is, on SQLite without replication, too. */
    @Test
    void liquibaseDropsColumnsAsSqlAndWhatWasThereFirst() throws Exception {
        String created = changeSet(
                1,
                "<createTable tableName='t'><column name='id' type='INTEGER'><constraints primaryKey='true'/></column>"
                        + "<column name='kept' type='TEXT'/><column name='gone' type='TEXT'/></createTable>"
                        + "<insert tableName='t'><column name='id' value='1'/><column name='kept' value='k'/>"
                        + "<column name='gone' value='g'/></insert>");
        String copied = changeSet(2, "<dropColumn tableName='t' columnName='gone'/>");
        String dropped = changeSet(3, "<sql>ALTER TABLE t DROP COLUMN gone</sql>");
        liquibase(false, created);
        one.execute("INSERT INTO t VALUES(2, 'of the application', 'x')");
        liquibase(false, created, copied);
        assertThat(two.query("SELECT id, kept FROM t ORDER BY id")).containsExactly("1|k", "2|of the application");
        assertThat(two.query(SCHEMA)).isEqualTo(one.query(SCHEMA));
        liquibase(false, created, copied, dropped);
        assertThat(two.query("SELECT * FROM t ORDER BY id")).containsExactly("1|k", "2|of the application");
        two.execute("INSERT INTO t VALUES(3, 'of the other')");
        two.awaitAppliedOn(one);

        liquibase(true, created, dropped);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|k");
        assertThat(two.query("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
                .containsExactly("1", "3");
    }
}
