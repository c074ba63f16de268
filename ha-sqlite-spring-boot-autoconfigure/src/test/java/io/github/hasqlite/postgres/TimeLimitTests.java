package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that take their time. */
@Tag("system")
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class TimeLimitTests {

    private static final int CONNECTIONS = 5;
    private static final Duration IDLE = Duration.ofSeconds(2);

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static RunningServer small;
    private static RunningServer guessed;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"), settings(IDLE, 250));
        small = RunningServer.start(folder.resolve("small.db"), settings(Duration.ZERO, CONNECTIONS));
        guessed = RunningServer.start(folder.resolve("guessed.db"), settings(Duration.ZERO, CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        server.close();
        small.close();
        guessed.close();
    }

    private static PostgresSettings settings(Duration idle, int connections) {
        return new PostgresSettings(
                "127.0.0.1",
                0,
                "app",
                RunningServer.USER,
                RunningServer.PASSWORD,
                null,
                false,
                connections,
                idle,
                Duration.ofSeconds(20),
                1 << 20);
    }

    @Test
    void whoDoesNothingIsDisconnectedAndWhoWorksIsNot() throws Exception {
        try (Connection idle = server.connect();
                Connection busy = server.connect();
                Statement statement = busy.createStatement()) {
            Awaitility.await().until(() -> {
                statement.execute("SELECT 1");
                return server.server().connections() == 1;
            });
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> idle.createStatement().execute("SELECT 1"))
                    .satisfies(e -> assertThat(e.getSQLState()).isIn("57P05", "08006"));
            assertThat(busy.isValid(5)).isTrue();
        }
    }

    @Test
    void whoNeverSaysWhoHeIsIsDisconnected() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), small.port())) {
            InputStream in = socket.getInputStream();
            // half of the length of a first message
            socket.getOutputStream().write(new byte[2]);
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("startup was not finished");
        }
    }

    /** Who tries passwords waits for half a second, a second, two, and so on. */
    @Test
    void triedPasswordsAreAnsweredMoreAndMoreSlowly() throws Exception {
        long begin = System.nanoTime();
        for (String tried : new String[] {"", "ha", "secret"}) {
            long before = System.nanoTime();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> guessed.connect("password", tried + "?"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(System.nanoTime() - before)
                    .isGreaterThan(Duration.ofMillis(450).toNanos());
        }
        assertThat(System.nanoTime() - begin)
                .isGreaterThan(Duration.ofMillis(3_400).toNanos());
    }

    @Test
    void oneMoreThanMayIsToldSoAndWhoHasTheWrongPasswordToo() throws Exception {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> small.connect("password", "wrong"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        List<Connection> all = new ArrayList<>();
        try {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> {
                        while (all.size() <= CONNECTIONS) {
                            all.add(small.connect());
                        }
                    })
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("53300"));
            // whoever never says who he is may have one of them
            assertThat(all).hasSizeBetween(CONNECTIONS - 1, CONNECTIONS);
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
        Awaitility.await().ignoreExceptions().untilAsserted(() -> {
            try (Connection again = small.connect()) {
                assertThat(again.isValid(5)).isTrue();
            }
        });
    }
}
