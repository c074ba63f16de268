package io.github.hasqlite.core.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of an application that has all connections itself. */
@Timeout(60)
class ExhaustedPoolTests {

    private static final GatewaySettings SETTINGS = new GatewaySettings(
            3, 2, 2, Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(2), 10_000, 5_000_000);

    @TempDir
    private Path folder;

    private HaSqliteDataSource dataSource;
    private SqlGateway gateway;
    private GatewaySession session;

    @BeforeEach
    void open() throws SQLException {
        PoolSettings pool = PoolSettings.of(folder.resolve("app.db").toString())
                .with(to -> to.writers(2).readers(2).connectionTimeout(Duration.ofMillis(300)));
        ReplicationNode node =
                ReplicationNode.alone(NodeSettings.of("n1", pool)).start();
        dataSource = node.dataSource();
        gateway = new SqlGateway(
                SETTINGS, dataSource, node.position(), StreamEnd.NONE, GatewayCommand.Parser.NONE, NodeRuntime.ofJvm());
        session = gateway.open();
        session.prepare("CREATE TABLE t(id INTEGER PRIMARY KEY)").execute(List.of());
    }

    @AfterEach
    void close() {
        gateway.close();
        dataSource.close();
    }

    @Test
    void aClientIsToldWhichPoolIsTooSmallAndGoesOnAfterwards() throws SQLException {
        isTold("INSERT INTO t VALUES(1)", false, "ha.sqlite.pool.writers");
        isTold("SELECT id FROM t", true, "ha.sqlite.pool.readers");
    }

    private void isTold(String sql, boolean readOnly, String property) throws SQLException {
        List<Connection> taken = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                Connection connection = dataSource.getConnection();
                taken.add(connection);
                connection.setReadOnly(readOnly);
                connection.setAutoCommit(false);
                connection.createStatement().executeQuery("SELECT count(*) FROM t");
            }
            // more often than a client may have connections: none is counted that it did not get
            for (int i = 0; i < 4; i++) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> session.prepare(sql).execute(List.of()))
                        .withMessageContaining(property)
                        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("53300"));
            }
        } finally {
            for (Connection connection : taken) {
                connection.rollback();
                connection.close();
            }
        }
        session.prepare(sql).execute(List.of()).close();
    }
}
