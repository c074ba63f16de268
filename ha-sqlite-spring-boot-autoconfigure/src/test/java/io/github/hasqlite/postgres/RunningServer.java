package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.gateway.GatewayCommand;
import io.github.hasqlite.core.gateway.GatewaySettings;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.core.gateway.StreamEnd;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A database with PostgreSQL's protocol in front of it, that is not replicated. */
final class RunningServer implements AutoCloseable {

    static final String USER = "ha";
    static final String PASSWORD = "sécret";

    private static final Duration TRANSACTION = Duration.ofSeconds(20);

    private final ReplicationNode node;
    private final SqlGateway gateway;
    private final PostgresServer server;

    private RunningServer(ReplicationNode node, SqlGateway gateway, PostgresServer server) {
        this.node = node;
        this.gateway = gateway;
        this.server = server;
    }

    static RunningServer start(Path file) throws IOException, SQLException {
        return start(file, settings(null, false, 250));
    }

    static PostgresSettings settings(@Nullable Supplier<SSLContext> ssl, boolean required, int connections) {
        return new PostgresSettings(
                "127.0.0.1",
                0,
                "app",
                USER,
                PASSWORD,
                ssl,
                required,
                connections,
                Duration.ZERO,
                TRANSACTION,
                16 * 1024 * 1024);
    }

    static RunningServer start(Path file, PostgresSettings settings) throws IOException, SQLException {
        return start(file, settings, null);
    }

    static RunningServer start(Path file, PostgresSettings settings, @Nullable ChangeFeed feed)
            throws IOException, SQLException {
        return of(
                ReplicationNode.alone(NodeSettings.of("n1", PoolSettings.of(file.toString())))
                        .start(),
                settings,
                feed);
    }

    /** In front of a node, which is closed with it. */
    static RunningServer of(ReplicationNode node, PostgresSettings settings, @Nullable ChangeFeed feed)
            throws IOException {
        GatewaySettings limits = new GatewaySettings(
                300, 8, 4, Duration.ofSeconds(5), Duration.ofSeconds(30), TRANSACTION, 1 << 24, 1 << 26);
        SqlGateway gateway = new SqlGateway(
                limits,
                node.dataSource(),
                node.position(),
                StreamEnd.NONE,
                GatewayCommand.Parser.NONE,
                NodeRuntime.ofJvm());
        PostgresServer server = new PostgresServer(settings, gateway, feed);
        server.start();
        return new RunningServer(node, gateway, server);
    }

    int port() {
        return server.port();
    }

    PostgresServer server() {
        return server;
    }

    HaSqliteDataSource dataSource() {
        return node.dataSource();
    }

    /** @param options names and values of the driver's properties in turns */
    Connection connect(String... options) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("password", PASSWORD);
        for (int i = 0; i < options.length; i += 2) {
            properties.setProperty(options[i], options[i + 1]);
        }
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port() + "/app", properties);
    }

    /** What the application writes, which has other rules for types. */
    void runInApplication(String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The rows that a query answers: their values divided by a bar, each ended by a semicolon. */
    static String rows(Statement statement, String sql) throws SQLException {
        StringBuilder text = new StringBuilder();
        try (ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                for (int i = 1; i <= columns; i++) {
                    text.append(rows.getString(i)).append(i < columns ? "|" : ";");
                }
            }
        }
        return text.toString();
    }

    /** Runs what is to be refused, with an SQLState. */
    static void assertRefused(Statement statement, String sql, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> statement.execute(sql))
                .satisfies(e -> assertThat(e.getSQLState()).as(sql).isEqualTo(state));
    }

    @Override
    public void close() {
        server.close();
        gateway.close();
        node.dataSource().close();
    }
}
