package io.github.hasqlite.testing;

import io.github.hasqlite.nats.NatsSettings;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;

/**
 * A real nats-server for tests, on a free port with a temporary folder. It does not outlive the test
 * JVM, is not restarted by itself, and can be killed and started again on the same port and data.
 * The system property {@code ha.sqlite.test.nats-server} names the program, by default the one in PATH.
 */
public final class NatsServer implements AutoCloseable {

    /** Prints the server's process id; kills the server when its input, the test JVM, ends. */
    private static final String WATCHDOG = """
            exec 3<&0 </dev/null
            "$@" 3<&- &
            server=$!
            echo $server
            ( while read -r ignored <&3; do :; done; kill -KILL $server ) >/dev/null 2>&1 &
            watcher=$!
            exec 3<&-
            wait $server
            kill -KILL $watcher
            """;

    private static final Set<Integer> GIVEN_PORTS = ConcurrentHashMap.newKeySet();

    private static final int LEAST_PORT = 16_384;
    private static final int EPHEMERAL_PORTS = 32_768;
    private static final Duration READY = Duration.ofSeconds(20);

    private final Path folder;
    private final int port;
    private Path program;
    private Process process;
    private long pid;

    private NatsServer(String jetStream, String configuration) {
        this(program(), jetStream, configuration);
    }

    private NatsServer(Path program, String jetStream, String configuration) {
        this.program = program;
        try {
            folder = Files.createTempDirectory("nats-test");
            port = freePort();
            String text = "server_name: \"test-" + port + "\"\nhost: 127.0.0.1\nport: " + port + "\n" + jetStream + "\n"
                    + configuration + "\n";
            Files.writeString(
                    folder.resolve("server.conf"),
                    text.replace("$STORE", folder.resolve("store").toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            launch();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Starts a server with JetStream. */
    public static NatsServer start() {
        return start("");
    }

    /** Starts a server with JetStream and more lines of configuration; {@code $STORE} is its folder. */
    public static NatsServer start(String configuration) {
        return start(program(), configuration);
    }

    /** The same with a program of the test's choice. */
    static NatsServer start(Path program, String configuration) {
        return new NatsServer(program, "jetstream { store_dir: \"$STORE\" }", configuration);
    }

    /** Starts a server that has each message on the disk, past all caches, before it acknowledges it. */
    public static NatsServer startSyncing() {
        return startSyncing(program(), "");
    }

    static NatsServer startSyncing(Path program, String configuration) {
        return new NatsServer(program, "jetstream { store_dir: \"$STORE\", sync_interval: always }", configuration);
    }

    /** Starts a server with JetStream that may store so much, for example {@code 1MB}. */
    public static NatsServer startWithRoom(String maxFile) {
        return new NatsServer("jetstream { store_dir: \"$STORE\", max_file: " + maxFile + " }", "");
    }

    /** Lets the server store another amount than it was {@linkplain #startWithRoom started} with; restarts it. */
    public void changeRoom(String maxFile) throws IOException {
        stop();
        Path file = folder.resolve("server.conf");
        Files.writeString(file, Files.readString(file).replaceAll("max_file: \\w+", "max_file: " + maxFile));
        restart();
    }

    /** Keeps what the server has stored, which must be stopped. */
    public void keepStore() throws IOException {
        copy(folder.resolve("store"), folder.resolve("kept"));
    }

    /** Gives the server, which must be stopped, what was {@linkplain #keepStore kept}. */
    public void setStoreBack() throws IOException {
        wipe();
        copy(folder.resolve("kept"), folder.resolve("store"));
    }

    /** Takes away all that the server, which must be stopped, has stored. */
    public void wipe() throws IOException {
        FileSystemUtils.deleteRecursively(folder.resolve("store"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Starts a server without JetStream. */
    public static NatsServer startWithoutJetStream() {
        return new NatsServer("", "");
    }

    /** The program under test. */
    public static Path program() {
        String configured = System.getProperty("ha.sqlite.test.nats-server");
        if (configured != null && !configured.isBlank()) {
            return Path.of(configured);
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(entry -> Path.of(entry, "nats-server"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no nats-server in PATH; install it or set -Dha.sqlite.test.nats-server"));
    }

    /**
     * A port that is free now, below those from which systems take the local ports of connections that go out, and that no
     * other test has been given: its server may only be stopped for a moment.
     */
    public static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LEAST_PORT, EPHEMERAL_PORTS);
            if (!GIVEN_PORTS.add(port)) {
                continue;
            }
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException e) {
                // somebody else's
            }
        }
    }

    /** A client of its own, which waits for answers as long as tests wait. */
    public Connection connect() throws IOException, InterruptedException {
        return Nats.connect(Options.builder()
                .server(url())
                .connectionTimeout(Duration.ofMinutes(1))
                .build());
    }

    /** The clients' URL. */
    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    /** The clients' port. */
    public int port() {
        return port;
    }

    /** The process id. */
    public long pid() {
        return pid;
    }

    /** The temporary folder; gone after {@link #close()}. */
    public Path folder() {
        return folder;
    }

    /** Settings for this server, with timeouts that suit tests. */
    public NatsSettings settings(String replicationId) {
        return NatsSettings.of(url(), replicationId)
                .with(to -> to.connectTimeout(Duration.ofSeconds(5)).publishTimeout(Duration.ofSeconds(5)));
    }

    /** Kills the server, as {@code kill -9} does, and waits until it is gone. */
    public void kill9() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        awaitExit();
    }

    /** Ends the server in order and waits until it has. */
    public void stop() {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        awaitExit();
    }

    /** Stops the server from doing anything, as a machine that hangs; undone by {@link #resume()}. */
    public void suspend() {
        signal("STOP");
        while (!state().startsWith("T")) {
            Thread.onSpinWait();
        }
    }

    /** Lets a suspended server go on. */
    public void resume() {
        signal("CONT");
    }

    /** Starts it again, on the same port with the same data. */
    public void restart() {
        if (process.isAlive()) {
            stop();
        }
        launch();
    }

    /** Starts another version of it, on the same port with the same data. */
    public void restartAs(Path otherProgram) {
        program = otherProgram;
        restart();
    }

    /** Its name in a cluster. */
    public String name() {
        return "test-" + port;
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            resume();
            kill9();
        }
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void launch() {
        try {
            List<String> command = List.of(
                    "/bin/sh",
                    "-c",
                    WATCHDOG,
                    "nats-server-watchdog",
                    program.toString(),
                    "-c",
                    folder.resolve("server.conf").toString());
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
            pid = Long.parseLong(
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine());
            awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                        .readLine();
                if (line != null && line.startsWith("INFO")) {
                    return;
                }
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
        throw new IllegalStateException("nats-server is not ready:\n" + Files.readString(log()));
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String state() {
        try {
            Process ps = new ProcessBuilder("ps", "-o", "stat=", "-p", Long.toString(pid)).start();
            return new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitExit() {
        try {
            if (!process.waitFor(READY.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("nats-server does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path log() {
        return folder.resolve("server.log");
    }
}
