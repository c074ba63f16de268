package io.github.hasqlite.nats.server;

import io.github.hasqlite.core.file.OwnedFile;
import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.ServerVersion;
import io.nats.client.NUID;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The official nats-server as a child process of this JVM. It never outlives the JVM, however the JVM
 * ends; if it dies it is started again, on the same port and with the same data. Thread-safe.
 */
public final class EmbeddedNatsServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    private static final Duration WATCH = Duration.ofSeconds(1);
    private static final long MIN_BACKOFF_MS = 200;
    private static final long MAX_BACKOFF_MS = 10_000;

    /** A server that ran for so long is not failing again and again. */
    private static final long STABLE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final long CLUSTER_LOOK_MS = 100;

    /** Another program may take a free port between its being found and its being used. */
    private static final int FREE_PORT_ATTEMPTS = 3;

    private volatile EmbeddedNatsSettings settings;
    private final Path binary;
    private final Path runDir;
    private final Path pidFile;
    private final ServerLog serverLog;
    private final OwnedFile lock;
    private final Object monitor = new Object();

    /** Who may ask the server about its cluster: known to this JVM and the owner of its files. */
    private final String systemPassword = NUID.nextGlobal() + NUID.nextGlobal();

    private final @Nullable ClusterWatch others;

    private volatile ServerProcess process;
    private volatile ServerReady ready;
    private volatile boolean stopping;
    private @Nullable Thread supervisor;

    private EmbeddedNatsServer(EmbeddedNatsSettings settings, Path binary, OwnedFile lock) throws IOException {
        this.settings = settings;
        this.binary = binary;
        this.lock = lock;
        runDir = Files.createDirectories(settings.storeDir().resolve("run")).toAbsolutePath();
        pidFile = runDir.resolve("nats-server.pid");
        serverLog = new ServerLog(settings.storeDir().resolve("nats-server.log").toAbsolutePath());
        EmbeddedCluster cluster = settings.cluster();
        others = cluster == null
                ? null
                : new ClusterWatch(settings.name(), cluster, systemPassword, serverLog.complaints());
        OrphanServer.end(pidFile, binary);
        for (int attempt = 1; ; attempt++) {
            int port = settings.port() == 0 ? ListenAddress.freePort(settings.host()) : settings.port();
            try {
                process = launch(port);
                ready = awaitReady(process, port);
                break;
            } catch (NatsStartException e) {
                if (!(e.reason() instanceof NatsStartException.PortInUse)
                        || settings.port() != 0
                        || attempt == FREE_PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Starts a server and returns when it can be used.
     *
     * @throws NatsStartException if there is no nats-server program, if others could reach it without
     *     credentials, if another program listens on its port, if another server runs on its store folder,
     *     if the configuration file does not enable JetStream, or if it ends at once or is not ready in time
     */
    public static EmbeddedNatsServer start(EmbeddedNatsSettings settings) {
        Path binary = new NatsBinary().find(settings.binary(), settings.storeDir());
        if (settings.configFile() == null) {
            ListenAddress.requireSafe(settings);
        } else if (!Files.isReadable(settings.configFile())) {
            throw failed(
                    "The configuration file " + settings.configFile()
                            + " of the embedded NATS server cannot be read. Correct its path.",
                    null);
        }
        if (settings.cluster() != null) {
            NatsBinary.requireClusters(binary);
        }
        OwnedFile lock = null;
        try {
            Files.createDirectories(settings.storeDir());
            lock = own(settings.storeDir());
            StandaloneStore.setAside(settings);
            EmbeddedNatsServer server = new EmbeddedNatsServer(settings, binary, lock);
            server.supervise();
            lock = null;
            log.info("Started nats-server {} at {}", server.version(), server.url());
            ServerVersion.warnIfOld(server.version());
            return server;
        } catch (IOException e) {
            throw failed("Could not start nats-server in " + settings.storeDir() + ": " + e, e);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    /** nats-server itself does not notice a second one on the same files. */
    private static OwnedFile own(Path storeDir) throws IOException {
        OwnedFile lock = OwnedFile.tryOwn(storeDir.resolve("ha-sqlite.lock"));
        if (lock == null) {
            throw new NatsStartException(new NatsStartException.StoreInUse(storeDir), null);
        }
        return lock;
    }

    private static NatsStartException failed(String problem, @Nullable Throwable cause) {
        return new NatsStartException(new NatsStartException.ServerFailed(problem, ""), cause);
    }

    /** Where clients of this machine reach it, {@code nats://host:port}, without credentials. */
    public String url() {
        return ready.url();
    }

    /**
     * A server of the cluster.
     *
     * @param name its name
     * @param online whether it can be reached
     */
    public record Peer(String name, boolean online) {}

    /**
     * What is wrong with this one's cluster, as it was a second ago: why its servers cannot store anything, for example
     * because this one waits for a second, or why another server is left out. {@code null} if all is well, and if this
     * server is none of a cluster.
     */
    public @Nullable String clusterTrouble() {
        return others == null ? null : others.trouble();
    }

    /** Whether the servers of this one's cluster cannot store anything until others come, as it was a second ago. */
    public boolean waitsForOthers() {
        return others != null && others.waits();
    }

    /**
     * The servers of this one's cluster, those that are away included. Asks the server that leads them, while there is
     * none for 12 s at most.
     *
     * @throws IOException if there is no cluster, or none that leads it
     */
    public List<Peer> clusterPeers() throws IOException, InterruptedException {
        return cluster().peers(url());
    }

    /**
     * Takes a server out of the cluster that will never come back, so that it does not count any more when a majority
     * is needed. Streams that it had a replica of get another one where there is a server for it. A server that was
     * taken out must not be started again with the data that it had.
     *
     * @param name the server's name
     * @throws IOException if there is no cluster, none that leads it, or no such server in it
     */
    public void removeClusterPeer(String name) throws IOException, InterruptedException {
        cluster().remove(url(), name);
        log.warn("Took nats-server '{}' out of the cluster", name);
    }

    private ClusterWatch cluster() throws IOException {
        if (others == null) {
            throw new IOException("The embedded nats-server '" + settings.name() + "' is in no cluster."
                    + " Set ha.sqlite.nats.embedded.cluster.routes.");
        }
        return others;
    }

    /**
     * Waits until the servers of the cluster can store. Says every few seconds in the log what they wait for.
     *
     * @return whether they can; always, if this server is none of a cluster
     */
    public boolean awaitCluster(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (others != null && !stopping) {
            others.look(url());
            if (!others.waits()) {
                return true;
            }
            if (System.nanoTime() >= deadline) {
                return false;
            }
            pause(CLUSTER_LOOK_MS);
        }
        return !stopping;
    }

    /** On how many servers a stream is to be kept, unless that is configured: 1, in a cluster 3 or 5. */
    public int replicas() {
        EmbeddedCluster cluster = settings.cluster();
        return cluster == null ? 1 : cluster.replicas();
    }

    /**
     * Has the server show another certificate to the other servers of its cluster, and trust others: on the ways that are
     * opened from now on, those that are there stay.
     *
     * @throws IOException if its files cannot be written, or the server cannot be told; it goes on with what it had
     */
    public void renewTls(EmbeddedCluster.Tls renewed) throws IOException, InterruptedException {
        EmbeddedCluster cluster = Objects.requireNonNull(settings.cluster(), "cluster");
        settings = settings.with(to -> to.cluster(cluster.with(renewed)));
        NatsServerConfig.write(settings, ready.port(), runDir, systemPassword);
        process.reload(binary);
        log.info("The certificate of nats-server '{}' for its cluster was renewed", settings.name());
    }

    /** The port it listens on. */
    public int port() {
        return ready.port();
    }

    /** Its version, for example {@code 2.10.24}. */
    public String version() {
        return ready.version();
    }

    /** The server's process id, -1 in the moment before it is known; another one after it died and was started again. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process runs. */
    public boolean isRunning() {
        return process.isAlive();
    }

    /**
     * Ends the server, by force if it does not listen any more, and starts it again on the same port with the same
     * data; unless its folder has no room, so that it would be of no use.
     *
     * @return whether it was ended
     */
    public boolean restartIfThereIsRoom() throws InterruptedException {
        if (stopping || !StoreRoom.isThere(settings.storeDir())) {
            return false;
        }
        log.warn("nats-server runs but does not store, starting it again");
        process.stop(settings.stopTimeout());
        return true;
    }

    /** Ends the server: in order, or by force when that takes longer than the stop timeout. */
    @Override
    public void close() {
        Thread supervising;
        synchronized (monitor) {
            if (stopping) {
                return;
            }
            stopping = true;
            monitor.notifyAll();
            supervising = supervisor;
        }
        try {
            if (supervising != null) {
                supervising.join();
            }
            process.stop(settings.stopTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (others != null) {
                others.close();
            }
            lock.close();
        }
        log.info("Stopped nats-server");
    }

    private ServerProcess launch(int port) throws IOException {
        Path configuration = settings.configFile();
        if (configuration == null) {
            ListenAddress.requireFree(settings.host(), port);
            configuration = NatsServerConfig.write(settings, port, runDir, systemPassword);
        }
        ServerReady.forget(runDir);
        serverLog.beginRun();
        return ServerProcess.launch(
                List.of(
                        binary.toString(),
                        "-c",
                        configuration.toAbsolutePath().toString(),
                        "--ports_file_dir",
                        runDir.toString()),
                pidFile,
                serverLog.file());
    }

    private ServerReady awaitReady(ServerProcess started, int port) throws IOException {
        boolean usable = false;
        try {
            ServerReady found = ServerReady.await(started, port, runDir, settings, serverLog);
            usable = true;
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while nats-server was starting", e);
        } finally {
            if (!usable) {
                stopQuietly(started);
            }
        }
    }

    private void stopQuietly(ServerProcess started) {
        try {
            started.stop(settings.stopTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void supervise() {
        Thread thread = new Thread(this::watch, "ha-sqlite-nats-server");
        thread.setDaemon(true);
        supervisor = thread;
        thread.start();
    }

    private void watch() {
        long startedAt = System.nanoTime();
        long backoff = MIN_BACKOFF_MS;
        try {
            while (!stopping) {
                boolean ended = process.awaitExit(WATCH);
                serverLog.poll();
                if (!ended || stopping) {
                    if (others != null) {
                        others.look(url());
                    }
                    continue;
                }
                backoff = System.nanoTime() - startedAt > STABLE_NANOS
                        ? MIN_BACKOFF_MS
                        : Math.min(MAX_BACKOFF_MS, backoff * 2);
                log.warn("nats-server has ended by itself, starting it again on port {}", ready.port());
                pause(backoff);
                startedAt = System.nanoTime();
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void restart() {
        if (stopping) {
            return;
        }
        try {
            // the shell may have died and left the server
            OrphanServer.end(pidFile, binary);
            ServerProcess started = launch(ready.port());
            process = started;
            ready = awaitReady(started, ready.port());
            log.info("Started nats-server {} at {} again", ready.version(), ready.url());
        } catch (IOException | NatsStartException e) {
            log.warn("Could not start nats-server again, trying on: {}", e.getMessage());
        }
    }

    private void pause(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        synchronized (monitor) {
            long left = millis;
            while (!stopping && left > 0) {
                monitor.wait(left);
                left = (deadline - System.nanoTime()) / 1_000_000;
            }
        }
    }
}
