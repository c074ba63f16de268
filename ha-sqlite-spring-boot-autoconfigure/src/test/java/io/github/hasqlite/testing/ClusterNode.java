package io.github.hasqlite.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A {@link ClusterNodeMain} in a process of its own, to be killed and started again. */
public final class ClusterNode implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 90;
    private static final String GONE = "it ended";

    private final Path folder;
    private final String name;
    private final List<String> properties;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final StringBuffer log = new StringBuffer();
    private final Map<Long, Reign> reigns = new ConcurrentHashMap<>();
    private final Set<ProcessHandle> servers = new HashSet<>();
    private List<String> host = List.of();
    private List<String> jvm = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx160m");
    private BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private Process process;
    private BufferedWriter input;
    private Thread reader;

    /** A node that does not run yet. */
    public ClusterNode(Path folder, String name, List<String> properties) {
        this.folder = folder;
        this.name = name;
        this.properties = new ArrayList<>(properties);
    }

    /** Its name, in the cluster too. */
    public String name() {
        return name;
    }

    /** Lets it run on another host from the next start on: what its command begins with. */
    ClusterNode on(List<String> prefix) {
        host = List.copyOf(prefix);
        return this;
    }

    /** Sets a property for the next start, or takes it away with {@code null}. */
    public ClusterNode set(String property, @Nullable String value) {
        properties.removeIf(known -> known.startsWith("--" + property + "="));
        if (value != null) {
            properties.add("--" + property + "=" + value);
        }
        return this;
    }

    /** Lets it run with other options of the JVM than those that start fast, from the next start on. */
    public ClusterNode with(String... options) {
        jvm = List.of(options);
        return this;
    }

    /** Starts it without waiting. */
    public ClusterNode launch() {
        List<String> command = new ArrayList<>(host);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ClusterNodeMain.class.getName()));
        command.addAll(properties);
        command.add("--ha.sqlite.name=" + name);
        command.add("--ha.sqlite.path=" + folder.resolve(name + ".db"));
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        log.setLength(0);
        input = process.outputWriter(StandardCharsets.UTF_8);
        BlockingQueue<String> fresh = new LinkedBlockingQueue<>();
        answers = fresh;
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        reader = new Thread(() -> read(output, fresh), "reader of " + name);
        reader.setDaemon(true);
        reader.start();
        return this;
    }

    private void read(BufferedReader output, BlockingQueue<String> fresh) {
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(ClusterNodeMain.ANSWER)) {
                    fresh.add(line.substring(ClusterNodeMain.ANSWER.length()));
                } else if (line.startsWith("ack ")) {
                    acknowledged.add(line.substring(4));
                } else if (line.startsWith(ClusterNodeMain.REIGN)) {
                    Reign reign = Reign.parse(name, line.substring(ClusterNodeMain.REIGN.length()));
                    reigns.put(reign.token(), reign);
                } else {
                    log.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            // killed in the middle of a line
        }
        fresh.add(GONE);
    }

    /** Waits until it has started. */
    public ClusterNode awaitReady() {
        String said = answer();
        if (!said.equals("ready")) {
            throw new AssertionError(name + " says " + said + "\n" + log);
        }
        return this;
    }

    /** Waits until it has given up to start; what it has logged. */
    public String awaitRefusal() throws InterruptedException {
        String said = answer();
        if (!said.equals("failed to start")) {
            throw new AssertionError(name + " says " + said + "\n" + log);
        }
        process.waitFor();
        reader.join();
        return log.toString();
    }

    private String answer() {
        try {
            String said = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (said == null || said.equals(GONE) || said.startsWith("failed: ")) {
                throw new AssertionError(name + " says " + said + "\n" + log);
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Says something and waits for the answer. */
    public String ask(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answer();
    }

    /** Says something that is answered with {@code done}. */
    public void make(String line) {
        Assertions.assertThat(ask(line)).as(name).isEqualTo("done");
    }

    /** All that it has logged since it was launched. */
    public String log() {
        return log.toString();
    }

    /** Waits until it has logged something since it was launched. */
    public void awaitLog(String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .untilAsserted(() -> Assertions.assertThat(log.toString()).contains(text));
    }

    /** Waits until its health, status and details, says some things. */
    public void awaitHealth(String... parts) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> Assertions.assertThat(ask("health")).contains(parts));
    }

    /** Waits until the stream has all that it has committed. */
    public void awaitEmptyOutbox() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .untilAsserted(() -> Assertions.assertThat(ask("status")).endsWith(",0,null"));
    }

    /** The keys of the rows whose commits have returned on it, before it was killed too. */
    public Set<String> acknowledged() {
        return acknowledged;
    }

    /**
     * A time in which a node said that it leads, by the one clock of the machine.
     *
     * @param token its fencing token
     * @param from the nanosecond when it had said so first
     * @param to the nanosecond before it said so last
     */
    public record Reign(String node, long token, long from, long to) {

        private static Reign parse(String node, String line) {
            String[] words = line.split(" ");
            return new Reign(node, Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
        }
    }

    /** When it has said that it leads, before it was killed too; up to a moment ago. */
    public Collection<Reign> reigns() {
        return reigns.values();
    }

    /** Kills it, as {@code kill -9} does. Its server ends by itself. */
    public void kill9() {
        rememberServer();
        process.destroyForcibly().onExit().join();
        joinReader();
    }

    /** Kills it and its server at once, as when a machine loses power. */
    public void killWithServer() {
        long server = Long.parseLong(ask("server"));
        // what would end the server, and what would start it again
        ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
        kill9();
    }

    /** Ends it in order. */
    public void stop() {
        process.destroy();
        process.onExit().join();
        joinReader();
    }

    /** Stops it and its server from doing anything, as a machine that hangs; the number of the server. */
    public long suspend() {
        long server = Long.parseLong(ask("server"));
        signal("STOP", process.pid());
        signal("STOP", server);
        return server;
    }

    /** Lets it and a server go on. */
    public void resume(long server) {
        signal("CONT", server);
        signal("CONT", process.pid());
    }

    /** Sends a signal. */
    public static void signal(String signal, long pid) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server outlives the application for a moment, in which it writes to its files. */
    private void rememberServer() {
        process.descendants().forEach(servers::add);
    }

    private void joinReader() {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            signal("CONT", process.pid());
            rememberServer();
            process.destroyForcibly().onExit().join();
        }
        for (ProcessHandle server : servers) {
            server.destroyForcibly();
            server.onExit().join();
        }
    }
}
