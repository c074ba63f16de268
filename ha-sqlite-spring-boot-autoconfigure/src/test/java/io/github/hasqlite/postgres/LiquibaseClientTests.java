package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import liquibase.integration.spring.SpringLiquibase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.core.io.DefaultResourceLoader;

/** Liquibase through PostgreSQL's driver: its dialect of PostgreSQL, its tables and its lock. */
@Tag("system")
@Timeout(60)
class LiquibaseClientTests {

    private static final String CHANGES =
            "<databaseChangeLog logicalFilePath='changes' xmlns='http://www.liquibase.org/xml/ns/dbchangelog'"
                    + " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                    + " xsi:schemaLocation='http://www.liquibase.org/xml/ns/dbchangelog"
                    + " http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd'>"
                    + "<changeSet id='1' author='one'><createTable tableName='task'>"
                    + "<column name='id' type='bigint' autoIncrement='true'><constraints primaryKey='true'/></column>"
                    + "<column name='title' type='varchar(40)'><constraints nullable='false'/></column>"
                    + "<column name='at' type='timestamp' defaultValueComputed='CURRENT_TIMESTAMP'/></createTable>"
                    + "<createIndex tableName='task' indexName='task_title'><column name='title'/></createIndex>"
                    + "<insert tableName='task'><column name='title' value='first'/></insert></changeSet>";

    @TempDir
    private Path folder;

    private void migrate(RunningServer server, String changes) throws Exception {
        Path log = Files.writeString(folder.resolve("changelog.xml"), changes + "</databaseChangeLog>");
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/app");
        source.setUser(RunningServer.USER);
        source.setPassword(RunningServer.PASSWORD);
        SpringLiquibase liquibase = new SpringLiquibase();
        liquibase.setDataSource(source);
        liquibase.setResourceLoader(new DefaultResourceLoader());
        liquibase.setChangeLog(log.toUri().toString());
        // another one each time: Liquibase remembers of a file and a context that there was nothing left to do
        liquibase.setContexts("c" + changes.length());
        liquibase.afterPropertiesSet();
    }

    @Test
    void changeSetsRunOnceEach() throws Exception {
        try (RunningServer server = RunningServer.start(folder.resolve("app.db"))) {
            migrate(server, CHANGES);
            migrate(server, CHANGES);
            migrate(
                    server,
                    CHANGES
                            + "<changeSet id='2' author='one'><preConditions onFail='MARK_RAN'><not><columnExists"
                            + " tableName='task' columnName='done'/></not></preConditions><addColumn tableName='task'>"
                            + "<column name='done' type='boolean' defaultValueBoolean='false'/></addColumn>"
                            + "<sql>UPDATE task SET done = true WHERE title = 'first'</sql></changeSet>");
            try (Connection connection = server.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                assertThat(values(statement, "SELECT title || ' ' || done FROM task"))
                        .containsExactly("first 1");
                assertThat(values(statement, "SELECT id || ' ' || exectype FROM databasechangelog ORDER BY id"))
                        .containsExactly("1 EXECUTED", "2 EXECUTED");
                assertThat(values(statement, "SELECT locked FROM databasechangeloglock"))
                        .containsExactly("0");
            }
        }
    }

    private static List<String> values(Statement statement, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
