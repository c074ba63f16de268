package io.github.hasqlite.benchmark;

import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteHttpApiAutoConfiguration;
import io.github.hasqlite.http.SqlApiServlet;
import io.github.hasqlite.http.api.SqlApi;
import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.mock.web.MockServletContext;
import org.springframework.util.FileSystemUtils;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/**
 * One-row writes through {@code POST /query} beside the same write through a controller of the application, in one server,
 * with 1 and 16 clients that keep their connections. System properties: {@code rounds} (15), {@code millis} (1000) and
 * {@code mode} (sync).
 */
public final class HttpBenchmark {

    private static final String API =
            "{\"sql\":\"INSERT INTO t(name, amount) VALUES(:name, :amount)\",\"params\":{\"name\":\"a name\",\"amount\":1.5}}";
    private static final String CONTROLLER = "{\"name\":\"a name\",\"amount\":1.5}";

    private HttpBenchmark() {}

    /** What an application would have for it. */
    @RestController
    static class Rows {

        private final JdbcTemplate jdbc;

        Rows(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        record Row(String name, double amount) {}

        @PostMapping("/rows")
        Map<String, Object> insert(@RequestBody Row row) {
            return Map.of(
                    "inserted", jdbc.update("INSERT INTO t(name, amount) VALUES(?, ?)", row.name(), row.amount()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    static class Application {

        @Bean
        JdbcTemplate jdbcTemplate(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }

        @Bean
        Rows rows(JdbcTemplate jdbc) {
            return new Rows(jdbc);
        }
    }

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        try (NatsServer server = NatsServer.start();
                AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext()) {
            TestPropertyValues.of(
                            "ha.sqlite.path=" + folder.resolve("app.db"),
                            "ha.sqlite.name=n1",
                            "ha.sqlite.replication-url=" + server.url(),
                            "ha.sqlite.commit-mode=" + System.getProperty("mode", "sync"),
                            "ha.sqlite.http.api.enabled=true",
                            "server.address=127.0.0.1")
                    .applyTo(context);
            context.setServletContext(new MockServletContext());
            context.register(
                    HaSqliteAutoConfiguration.class, HaSqliteHttpApiAutoConfiguration.class, Application.class);
            context.refresh();
            context.getBean(JdbcTemplate.class)
                    .execute("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, amount REAL)");
            Tomcat tomcat = serve(context, folder);
            compare(tomcat.getConnector().getLocalPort());
            tomcat.stop();
            tomcat.destroy();
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static Tomcat serve(AnnotationConfigWebApplicationContext beans, Path folder) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
        Context context = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(context, "api", new SqlApiServlet(beans.getBean(SqlApi.class)));
        context.addServletMappingDecoded("/ha/*", "api");
        Tomcat.addServlet(context, "mvc", new DispatcherServlet(beans));
        context.addServletMappingDecoded("/", "mvc");
        tomcat.start();
        return tomcat;
    }

    private static void compare(int port) throws Exception {
        Rounds rounds = new Rounds(Integer.getInteger("rounds", 15), Long.getLong("millis", 1_000));
        for (int clients : new int[] {1, 16}) {
            rounds.compare(
                    "one-row write, " + clients + " client(s)",
                    "controller",
                    millis -> perSecond(port, "/rows", CONTROLLER, clients, millis),
                    "POST /query",
                    millis -> perSecond(port, "/ha/query", API, clients, millis),
                    1 / 1.3);
        }
    }

    private static double perSecond(int port, String path, String body, int clients, long millis) {
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        long end = start + millis * 1_000_000;
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> send(port, path, body, end, done), task -> new Thread(task).start()));
        }
        all.forEach(CompletableFuture::join);
        return done.get() * 1e9 / (System.nanoTime() - start);
    }

    private static void send(int port, String path, String body, long end, AtomicLong done) {
        byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(request);
                String status = line(in);
                if (!status.startsWith("HTTP/1.1 200")) {
                    throw new IllegalStateException(status);
                }
                skip(in);
                done.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads headers and body, with a length or in pieces. */
    private static void skip(InputStream in) throws IOException {
        int length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).trim());
            }
        }
        if (length >= 0) {
            in.skipNBytes(length);
            return;
        }
        for (int piece = -1; piece != 0; ) {
            piece = Integer.parseInt(line(in), 16);
            in.skipNBytes(piece);
            line(in);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the server has closed the connection");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }
}
