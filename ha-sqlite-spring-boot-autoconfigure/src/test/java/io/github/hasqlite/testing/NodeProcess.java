package io.github.hasqlite.testing;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.OnStreamReset;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/** A {@link NodeMain} with little memory in a process of its own, to be killed and started again. */
public final class NodeProcess implements AutoCloseable {

    private static final int HEAP_MEGABYTES = Integer.getInteger("ha.sqlite.test.heap-megabytes", 64);

    private final NatsServer server;
    private final Path folder;
    private final String name;
    private final long snapshotMillis;
    private final StringBuilder log = new StringBuilder();
    private final CommitMode mode;
    private List<String> more = List.of();
    private Process process;
    private BufferedReader output;
    private BufferedWriter input;

    private NodeProcess(NatsServer server, Path folder, String name, long snapshotMillis, CommitMode mode) {
        this.snapshotMillis = snapshotMillis;
        this.mode = mode;
        this.server = server;
        this.folder = folder;
        this.name = name;
    }

    /** Starts a node and waits until it is ready. */
    public static NodeProcess start(NatsServer server, Path folder, String name) throws IOException {
        return start(server, folder, name, NodeMain.NO_SNAPSHOTS);
    }

    /** Starts a node that takes snapshots at an interval, and waits until it is ready. */
    public static NodeProcess start(NatsServer server, Path folder, String name, long snapshotMillis)
            throws IOException {
        NodeProcess node = new NodeProcess(server, folder, name, snapshotMillis, CommitMode.ASYNC);
        node.start();
        return node;
    }

    /** Starts a node without snapshots that wants the stream to keep messages for so long, and waits until it is ready. */
    public static NodeProcess startKeeping(NatsServer server, Path folder, String name, Duration streamMaxAge)
            throws IOException {
        NodeProcess node = new NodeProcess(server, folder, name, NodeMain.NO_SNAPSHOTS, CommitMode.ASYNC);
        node.more = List.of(String.valueOf(streamMaxAge.toMillis()));
        node.start();
        return node;
    }

    /** Starts a node of commit mode {@code strict}, and waits until it is ready. */
    public static NodeProcess startStrict(NatsServer server, Path folder, String name) throws IOException {
        NodeProcess node = new NodeProcess(server, folder, name, NodeMain.NO_SNAPSHOTS, CommitMode.STRICT);
        node.start();
        return node;
    }

    /** Starts a node that takes snapshots when it is told to, without waiting. */
    public static NodeProcess launch(NatsServer server, Path folder, String name) throws IOException {
        NodeProcess node = new NodeProcess(server, folder, name, NodeMain.BY_HAND, CommitMode.ASYNC);
        node.launch();
        return node;
    }

    /** Its number in the operating system. */
    public long pid() {
        return process.pid();
    }

    /** Its name, in the cluster too. */
    public String name() {
        return name;
    }

    /** Its database. */
    public Path file() {
        return folder.resolve(name + ".db");
    }

    /** Starts it, after it was killed, and waits until it is ready. */
    public void start() throws IOException {
        start(OnStreamReset.STOP);
    }

    /** The same with what becomes of its database if the stream is another one. */
    public void start(OnStreamReset onStreamReset) throws IOException {
        launch(onStreamReset);
        awaitReady();
    }

    /** Starts it, after it was killed, without waiting. */
    public void launch() throws IOException {
        launch(OnStreamReset.STOP);
    }

    /** Waits until it is ready, after it was launched. */
    public void awaitReady() throws IOException {
        expect("ready");
    }

    /** Starts it, after it was killed, with what becomes of its database if the stream is another one. */
    public void launch(OnStreamReset onStreamReset) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx" + HEAP_MEGABYTES + "m",
                "-Xlog:gc:file=" + folder.resolve(name + ".gc"),
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                server.url(),
                file().toString(),
                name,
                String.valueOf(snapshotMillis),
                onStreamReset.name(),
                mode.name()));
        command.addAll(more);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors().toFile()))
                .start();
        output = process.inputReader(StandardCharsets.UTF_8);
        input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** What it has logged until its last answer, all that it logged before it was started again included. */
    public String log() {
        return log.toString();
    }

    /** Waits until it has logged something, before it is ready. */
    public void awaitLog(String text) throws IOException {
        String line;
        do {
            line = output.readLine();
            log.append(line).append('\n');
        } while (line != null && !line.contains(text));
        if (line == null) {
            throw new AssertionError(name + " ended without " + text);
        }
    }

    /** Waits until it has ended because it refuses to start; what it says then. */
    public String awaitRefusal() throws IOException, InterruptedException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
        }
        int code = process.waitFor();
        if (code != NodeMain.REFUSED) {
            throw new AssertionError(name + " ended with " + code + " and says " + said);
        }
        return said.toString();
    }

    private Path errors() {
        return folder.resolve(name + ".log");
    }

    /** Says something, without waiting for the answer. */
    public void say(String line) throws IOException {
        input.write(line);
        input.newLine();
        input.flush();
    }

    /** The answer to what was said first and not answered yet. */
    public String answer() throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith(NodeMain.ANSWER)) {
            log.append(line).append('\n');
            line = output.readLine();
        }
        line = line == null ? "nothing: it ended" : line.substring(NodeMain.ANSWER.length());
        if (line.startsWith("nothing: ") || line.startsWith("failed: ")) {
            String log = Files.readString(errors());
            throw new AssertionError(name + " says " + line + "\n" + log.substring(Math.max(0, log.length() - 5_000)));
        }
        return line;
    }

    /** Says something and waits for the answer. */
    public String ask(String line) throws IOException {
        say(line);
        return answer();
    }

    private void expect(String answer) throws IOException {
        String line = answer();
        if (!line.equals(answer)) {
            throw new AssertionError(name + " says " + line + ", not " + answer);
        }
    }

    /** Says something that is answered with {@code done}. */
    public void make(String line) throws IOException {
        say(line);
        expect("done");
    }

    /** The newest sequence that it knows to be in the stream. */
    public long streamSequence() throws IOException {
        return Long.parseLong(ask("status").split(",")[1]);
    }

    /** The sequence up to which it has applied the stream. */
    public long applied() throws IOException {
        return Long.parseLong(ask("status").split(",")[0]);
    }

    /** Waits until its health, as {@code UP} or {@code DOWN} and details, says some things. */
    public void awaitHealth(String... parts) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> Assertions.assertThat(ask("health")).contains(parts));
    }

    /** Waits until the other one has applied all that this one has published. */
    public void awaitAppliedOn(NodeProcess other) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(Duration.ofSeconds(120));
        while (true) {
            String[] mine = ask("status").split(",");
            String[] others = other.ask("status").split(",");
            if (mine[2].equals("0") && Long.parseLong(others[0]) >= Long.parseLong(mine[0])) {
                return;
            }
            if (!mine[3].equals("null")
                    || !others[3].equals("null")
                    || Instant.now().isAfter(end)) {
                throw new AssertionError(
                        name + ": " + String.join(",", mine) + "; " + other.name + ": " + String.join(",", others));
            }
            Thread.sleep(20);
        }
    }

    /** Waits until it has applied all that is in the stream, while nobody publishes. */
    public void awaitCaughtUp() throws IOException, InterruptedException {
        String[] status;
        do {
            Thread.sleep(300);
            status = ask("status").split(",");
        } while (!status[0].equals(status[1]));
    }

    /** Stops it from doing anything, as a machine that hangs; undone by {@link #resume()}. */
    public void suspend() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets a suspended node go on. */
    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + signal + " of " + name + " ended with " + code);
        }
    }

    /** Kills it, as {@code kill -9} does. */
    public void kill9() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        try {
            kill9();
            input.close();
            output.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
