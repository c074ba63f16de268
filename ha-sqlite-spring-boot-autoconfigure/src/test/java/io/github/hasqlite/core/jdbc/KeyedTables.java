package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A data source whose keys come from blocks of ten. */
abstract class KeyedTables {

    static final long BLOCK = 10;

    final MemoryKeyBlocks blocks = new MemoryKeyBlocks();

    @TempDir
    Path folder;

    ReplicatingDataSource dataSource;
    Connection connection;

    @BeforeEach
    void open() throws SQLException {
        dataSource = ReplicatingDataSource.open(
                PoolSettings.of(folder.resolve("app.db").toString()),
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                new RecordingLog(),
                new KeySettings(blocks, (int) BLOCK),
                new NoReplication());
        connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        run("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.rollback();
        connection.close();
        dataSource.close();
    }

    int run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    List<String> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.append(i == 1 ? "" : "|").append(rows.getString(i));
                }
                result.add(row.toString());
            }
            return result;
        }
    }
}
