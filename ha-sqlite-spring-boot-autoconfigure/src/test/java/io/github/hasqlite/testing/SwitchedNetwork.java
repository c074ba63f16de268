package io.github.hasqlite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;

/**
 * A real network of hosts on one switch, each host and the switch a network namespace of the kernel, so that the cable
 * of a host can be pulled: what is sent is lost, and no connection is refused. It does not outlive the test JVM: a
 * namespace is gone when the last process in it is.
 */
public final class SwitchedNetwork implements AutoCloseable {

    private static final Path SELF = Path.of("/proc/self/ns/net");

    private final Process hub;
    private final List<Process> hosts = new ArrayList<>();

    /**
     * A network whose cables are all plugged in.
     *
     * @param size how many hosts it has, with the indexes from 0
     */
    public SwitchedNetwork(int size) {
        hub = namespace();
        try {
            within(hub, "ip", "link", "add", "hub", "type", "bridge");
            within(hub, "ip", "link", "set", "hub", "up");
            for (int i = 0; i < size; i++) {
                Process host = namespace();
                hosts.add(host);
                String inside = Long.toString(host.pid());
                within(hub, "ip", "link", "add", port(i), "type", "veth", "peer", "name", "eth0", "netns", inside);
                within(hub, "ip", "link", "set", port(i), "up");
                within(host, "ip", "link", "set", "lo", "up");
                within(host, "ip", "address", "add", address(i) + "/24", "dev", "eth0");
                within(host, "ip", "link", "set", "eth0", "up");
                plug(i);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Why there can be no such network here, if there can be none. */
    public static Optional<String> hindrance() {
        try {
            run(List.of("unshare", "--net", "ip", "link", "add", "v1", "type", "veth", "peer", "name", "v2"));
            run(List.of("unshare", "--net", "ip", "link", "add", "hub", "type", "bridge"));
            return Optional.empty();
        } catch (UncheckedIOException | IllegalStateException e) {
            return Optional.of("no network namespaces can be made here: " + e.getMessage());
        }
    }

    private static Process namespace() {
        try {
            // ends with its input, which is this JVM's to hold open
            Process holder = new ProcessBuilder("unshare", "--net", "cat")
                    .redirectErrorStream(true)
                    .start();
            Path own = Path.of("/proc/" + holder.pid() + "/ns/net");
            Path ours = Files.readSymbolicLink(SELF);
            Awaitility.await().until(() -> !Files.readSymbolicLink(own).equals(ours));
            return holder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String port(int host) {
        return "port" + host;
    }

    /** The address of a host. */
    public String address(int host) {
        return "10.77.0." + (host + 1);
    }

    /** What a command has to begin with to run on a host. */
    public List<String> on(int host) {
        return on(hosts.get(host));
    }

    private static List<String> on(Process namespace) {
        return List.of("nsenter", "--target", Long.toString(namespace.pid()), "--net", "--");
    }

    /** Pulls the cable of a host: it reaches itself alone. */
    public void unplug(int host) {
        within(hub, "ip", "link", "set", port(host), "nomaster");
    }

    /** Puts the cable back. */
    public void plug(int host) {
        within(hub, "ip", "link", "set", port(host), "master", "hub");
    }

    private static void within(Process namespace, String... command) {
        List<String> line = new ArrayList<>(on(namespace));
        line.addAll(List.of(command));
        run(line);
    }

    private static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " says: " + said.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        hosts.forEach(Process::destroyForcibly);
        hub.destroyForcibly();
    }
}
