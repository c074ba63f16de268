package io.github.hasqlite.nats.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to run the embedded nats-server. Immutable. {@code toString} shows no secret.
 *
 * @param host address to listen on; any but a loopback address needs user and password
 * @param port port to listen on; 0 picks a free one, anew at every start of the JVM
 * @param name the server's name, unique among servers that are connected to each other
 * @param storeDir folder for messages, configuration and log; one server at a time
 * @param configFile a nats-server configuration of the user's own, which then decides on everything,
 *     {@code host}, {@code port}, {@code user} and {@code maxPayload} included; {@code null} to
 *     generate one
 * @param binary the nats-server program, or {@code null} to look for it
 * @param user who may connect, or {@code null} for everybody
 * @param password the password of {@code user} in clear, or {@code null}
 * @param maxPayload the largest message in bytes
 * @param startTimeout how long the server may take until it can be used; recovering a large store takes
 *     seconds
 * @param stopTimeout how long the server may take to end before it is killed
 * @param cluster the servers that it forms a cluster with, or {@code null} if it is alone; not together with
 *     {@code configFile}
 */
public record EmbeddedNatsSettings(
        String host,
        int port,
        String name,
        Path storeDir,
        @Nullable Path configFile,
        @Nullable Path binary,
        @Nullable String user,
        @Nullable String password,
        int maxPayload,
        Duration startTimeout,
        Duration stopTimeout,
        @Nullable EmbeddedCluster cluster) {

    /** Reachable from this machine only. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    /** The port registered for NATS. */
    public static final int DEFAULT_PORT = 4222;

    /**
     * 8 MiB: eight times the server's own default, so that few change sets need to be split, and as
     * much as nats-server takes without warning that it is too much.
     */
    public static final int DEFAULT_MAX_PAYLOAD = 8 << 20;

    /** Enough to recover some ten million messages. */
    public static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(30);

    /** Longer than a server with much unwritten data takes. */
    public static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(10);

    private static final int MAX_PORT = 65535;

    /** nats-server refuses to start above. */
    private static final int MAX_MAX_PAYLOAD = 64 << 20;

    public EmbeddedNatsSettings {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(storeDir, "storeDir");
        Objects.requireNonNull(startTimeout, "startTimeout");
        Objects.requireNonNull(stopTimeout, "stopTimeout");
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("not a port: " + port);
        }
        if (maxPayload < 1024 || maxPayload > MAX_MAX_PAYLOAD) {
            throw new IllegalArgumentException("max payload must be 1 KiB to 64 MiB: " + maxPayload);
        }
        if (cluster != null && configFile != null) {
            throw new IllegalArgumentException("a configuration file of the user's own says itself what cluster it is");
        }
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("user and password of the embedded NATS server belong together");
        }
    }

    /** Settings with every default. */
    public static EmbeddedNatsSettings of(String name, int port, Path storeDir) {
        return new EmbeddedNatsSettings(
                DEFAULT_HOST,
                port,
                name,
                storeDir,
                null,
                null,
                null,
                null,
                DEFAULT_MAX_PAYLOAD,
                DEFAULT_START_TIMEOUT,
                DEFAULT_STOP_TIMEOUT,
                null);
    }

    /** The same but for what the consumer changes. */
    public EmbeddedNatsSettings with(Consumer<Changes> changes) {
        Changes changed = new Changes(this);
        changes.accept(changed);
        return changed.settings();
    }

    @Override
    public String toString() {
        return "EmbeddedNatsSettings[host=" + host + ", port=" + port + ", name=" + name + ", storeDir=" + storeDir
                + ", configFile=" + configFile + ", binary=" + binary + ", user=" + user + ", password="
                + (password == null ? "null" : "***") + ", maxPayload=" + maxPayload + ", startTimeout="
                + startTimeout + ", stopTimeout=" + stopTimeout + ", cluster=" + cluster + "]";
    }

    /** What is to be changed; starts as it is. Not thread-safe. */
    public static final class Changes {

        private final EmbeddedNatsSettings from;
        private String host;
        private @Nullable String user;
        private @Nullable String password;
        private @Nullable Path binary;
        private @Nullable Path configFile;
        private @Nullable EmbeddedCluster cluster;

        private Changes(EmbeddedNatsSettings from) {
            this.from = from;
            host = from.host;
            user = from.user;
            password = from.password;
            binary = from.binary;
            configFile = from.configFile;
            cluster = from.cluster;
        }

        public Changes host(String to) {
            host = to;
            return this;
        }

        /** Who may connect; both {@code null} for everybody. */
        public Changes login(@Nullable String newUser, @Nullable String newPassword) {
            user = newUser;
            password = newPassword;
            return this;
        }

        public Changes binary(@Nullable Path to) {
            binary = to;
            return this;
        }

        public Changes configFile(@Nullable Path to) {
            configFile = to;
            return this;
        }

        public Changes cluster(@Nullable EmbeddedCluster to) {
            cluster = to;
            return this;
        }

        private EmbeddedNatsSettings settings() {
            return new EmbeddedNatsSettings(
                    host,
                    from.port,
                    from.name,
                    from.storeDir,
                    configFile,
                    binary,
                    user,
                    password,
                    from.maxPayload,
                    from.startTimeout,
                    from.stopTimeout,
                    cluster);
        }
    }
}
