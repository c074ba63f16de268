package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.testing.NatsServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that begin with a URL, and connections by it. */
abstract class UrlConnections {

    /** What docs/jdbc-url.md lists, and no more of Spring. */
    static final Pattern NEEDED = Pattern.compile(
            "(ha-sqlite-spring-boot-autoconfigure|sqlite-jdbc|HikariCP|slf4j-api|jnats|bcprov-lts8on|jackson-core|zstd-jni"
                    + "|spring-boot|spring-core|spring-beans|spring-context|commons-logging)-\\d.*\\.jar");

    static NatsServer server;
    final UrlNodes nodes = new UrlNodes(Duration.ofMillis(100));
    final Driver driver = new HaSqliteDriver(nodes);

    @TempDir
    Path folder;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void endNodes() {
        nodes.endAll();
    }

    Process run(String rest, long rows) throws Exception {
        return run(rest, rows, "none");
    }

    /** With no jars but those that are needed. */
    Process run(String rest, long rows, String without) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith(".jar")
                        || NEEDED.matcher(Path.of(entry).getFileName().toString())
                                .matches())
                .filter(entry -> !entry.contains("/" + without + "-"))
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx192m",
                        "-cp",
                        classPath,
                        UrlWriterMain.class.getName(),
                        "jdbc:ha-sqlite:" + rest,
                        String.valueOf(rows))
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("errors").toFile()))
                .start();
    }

    String errors() {
        try {
            return Files.readString(folder.resolve("errors"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    static String options(String id) {
        return "?replicationID=" + id + "&replicationURL=" + server.url() + "&replicationStream=" + id
                + "&commitMode=async&verification.interval=0s";
    }

    Connection open(String rest) throws SQLException {
        return driver.connect("jdbc:ha-sqlite:" + rest, new Properties());
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static List<String> column(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    static List<String> titles(Connection connection) throws SQLException {
        return column(connection, "SELECT title FROM task ORDER BY id");
    }
}
