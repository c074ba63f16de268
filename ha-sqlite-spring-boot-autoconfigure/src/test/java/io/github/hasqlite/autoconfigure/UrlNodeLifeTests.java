package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hasqlite.testing.NatsServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** When the node of a URL begins and ends, within a process and with it. */
@Tag("system")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class UrlNodeLifeTests extends UrlConnections {

    @Test
    void connectionsByOneFileShareItsNodeWhichEndsAfterTheLast() throws Exception {
        Path file = folder.resolve("n1.db");
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        Connection first = open(file + options("shared"));
        execute(first, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
        try (Connection second = open(link + options("shared"))) {
            execute(second, "INSERT INTO task VALUES(1, 'a')");
            first.close();
            first.close();
            assertThat(titles(second)).containsExactly("a");
        }
        Awaitility.await().until(() -> !nodes.hasNode(file));
        // the file is free: another node may have it, with other options
        try (Connection again = open(file + options("shared") + "&pool.writers=3")) {
            assertThat(titles(again)).containsExactly("a");
        }
    }

    @Test
    void connectionsThatAreOpenedAndClosedAtOnceNeverFindTheNodeInTheWay() throws Exception {
        UrlNodes impatient = new UrlNodes(Duration.ZERO);
        Driver opening = new HaSqliteDriver(impatient);
        String url = "jdbc:ha-sqlite:" + folder.resolve("n1.db") + options("busy");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                all.add(threads.submit(() -> {
                    try (Connection connection = opening.connect(url, new Properties())) {
                        return connection.isValid(1);
                    }
                }));
            }
            for (Future<Boolean> each : all) {
                assertThat(each.get(1, TimeUnit.MINUTES)).isTrue();
            }
            Awaitility.await().until(() -> !impatient.hasNode(folder.resolve("n1.db")));
        } finally {
            threads.shutdownNow();
            impatient.endAll();
        }
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> opening.connect(url, new Properties()))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
    }

    @Test
    void whoHasWaitedForAStartThatFailsGetsItsError() throws Exception {
        String rest = folder.resolve("n1.db") + "?replicationURL=nats://127.0.0.1:1&bootstrap.timeout=3s";
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Connection> first = threads.submit(() -> open(rest));
            Awaitility.await().until(() -> nodes.hasNode(folder.resolve("n1.db")));
            Future<Connection> second = threads.submit(() -> open(rest));
            Throwable failure =
                    catchThrowable(() -> first.get(1, TimeUnit.MINUTES)).getCause();
            assertThat(catchThrowable(() -> second.get(1, TimeUnit.MINUTES)).getCause())
                    .hasMessage(failure.getMessage())
                    .hasCause(failure);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aFileWhoseNodeIsEndingIsOpenedAgainWhenItHasEnded() throws Exception {
        Path file = folder.resolve("n1.db");
        try (NatsServer slow = NatsServer.start()) {
            String rest =
                    file + "?replicationID=slow&commitMode=async&publisher.timeout=2s&replicationURL=" + slow.url();
            try (Connection connection = open(rest)) {
                execute(connection, "CREATE TABLE task(id INTEGER PRIMARY KEY, title TEXT)");
                slow.suspend();
                execute(connection, "INSERT INTO task VALUES(1, 'kept')");
            }
            // it tries to publish that for two seconds
            Awaitility.await().until(() -> nodes.isStartingOrEnding(file));
            try (Connection again = open(rest)) {
                assertThat(titles(again)).containsExactly("kept");
            } finally {
                slow.resume();
            }
        }
    }

    @Test
    void theEndOfTheProcessDoesNotWaitForANodeThatWaitsForTheStream() throws Exception {
        UrlNodes ending = new UrlNodes(Duration.ZERO);
        Driver opening = new HaSqliteDriver(ending);
        Path file = folder.resolve("n1.db");
        String url = "jdbc:ha-sqlite:" + file + "?replicationURL=nats://127.0.0.1:1&bootstrap.timeout=8s";
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Connection> started = thread.submit(() -> opening.connect(url, new Properties()));
            Awaitility.await().until(() -> ending.hasNode(file));
            ending.endAll();
            assertThat(started.isDone()).isFalse();
            assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> started.get(1, TimeUnit.MINUTES));
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void whatAProcessHasCommittedIsNotLostWhenItIsKilled() throws Exception {
        Path file = folder.resolve("killed.db");
        String url = file + options("killed");
        Process process = run(url, 0);
        long acknowledged = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            while (acknowledged < 200) {
                String line = lines.readLine();
                assertThat(line).as(() -> errors()).isNotNull();
                acknowledged = Long.parseLong(line.substring("ack ".length()));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        long atLeast = acknowledged;
        try (Connection other = open(folder.resolve("n2.db") + options("killed"));
                Connection again = open(url)) {
            List<String> kept = column(again, "SELECT id FROM task ORDER BY id");
            assertThat(kept).hasSizeGreaterThanOrEqualTo((int) atLeast);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(column(other, "SELECT id FROM task ORDER BY id"))
                            .isEqualTo(kept));
        }
    }

    @Test
    void aProcessThatClosesNothingEndsAndHasPublished() throws Exception {
        Process process = run(folder.resolve("once.db") + options("once"), 3);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> errors()).isZero();
        try (Connection other = open(folder.resolve("n2.db") + options("once"))) {
            assertThat(titles(other)).hasSize(3);
        }
    }
}
