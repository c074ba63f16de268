package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;
import static io.github.hasqlite.autoconfigure.PropertyCheck.positive;

import io.github.hasqlite.autoconfigure.HaSqliteProperties.Embedded;
import io.github.hasqlite.autoconfigure.HaSqliteProperties.Nats;
import io.github.hasqlite.nats.NatsCredentials;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.nats.RenewableTls;
import io.github.hasqlite.nats.ReplicationSubject;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.nats.server.EmbeddedNatsSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.unit.DataSize;

/** The part of the properties about NATS, checked and with its defaults filled in. */
final class NatsProperties {

    private static final int MAX_REPLICAS = 5;
    private static final int MAX_PORT = 65_535;

    /** What JetStream takes as a stream's name: no separators of subjects and paths. */
    private static final Pattern STREAM_NAME = Pattern.compile("[^\\s.*>/\\\\\\p{Cntrl}]+");

    /** What can be the end of a subject. */
    private static final Pattern SUBJECT = Pattern.compile("[^\\s.*>\\p{Cntrl}]+");

    /** The group is the port, which may be left out. */
    private static final Pattern URL = Pattern.compile(
            "(?:(?:nats|tls|opentls|ws|wss)://)?(?:\\S+@)?(?:\\[[^\\s\\]]+]|[^\\s:/@\\[]+)(?::(\\d+))?/?");

    private final HaSqliteProperties properties;
    private final NodeProperties node;
    /** Guarded by this. */
    private @Nullable RenewableTls tls;

    private final Nats nats;
    private final Embedded embedded;
    private final String replicationId;

    /** Checks the properties. */
    NatsProperties(HaSqliteProperties properties, NodeProperties node) {
        this.properties = properties;
        this.node = node;
        nats = properties.nats();
        embedded = nats.embedded();
        String configured = properties.replicationId();
        replicationId = configured != null && hasText(configured)
                ? configured
                : node.location().fileName();
        checkStream();
        checkCredentials();
        checkUrls();
        if (embedded.enabled()) {
            checkEmbedded();
        }
    }

    /** A start waits for the first connection no longer than it may take as a whole. */
    private Duration connectTimeout() {
        Duration whole = properties.bootstrap().timeout();
        return whole.compareTo(NatsSettings.DEFAULT_CONNECT_TIMEOUT) < 0 ? whole : NatsSettings.DEFAULT_CONNECT_TIMEOUT;
    }

    private void checkStream() {
        check(
                SUBJECT.matcher(ReplicationSubject.token(replicationId)).matches(),
                "replication-id",
                replicationId,
                "It becomes part of a NATS subject, with '_' for blanks, dots, slashes, '*' and '>', and needs some other"
                        + " character, but no control characters. By default it is the name of the database file.");
        check(
                STREAM_NAME.matcher(properties.stream()).matches(),
                "stream",
                properties.stream(),
                "The name of a stream cannot contain blanks, dots, slashes, '*' or '>'.");
        positive(properties.streamMaxAge(), "stream-max-age");
        check(
                !properties.streamReserve().isNegative(),
                "stream-reserve",
                properties.streamReserve(),
                "It cannot be negative; 0 drops what is older than ha.sqlite.stream-max-age, whether or not a snapshot"
                        + " covers it.");
        DataSize maxBytes = properties.streamMaxBytes();
        check(
                maxBytes == null || maxBytes.toBytes() > 0,
                "stream-max-bytes",
                maxBytes,
                "It has to be larger than nothing, for example 10GB; leave it out for any size.");
        checkSnapshots(properties.snapshotter());
        check(
                properties.history().maxRows() > 0,
                "history.max-rows",
                properties.history().maxRows(),
                "It has to be 1 at least.");
        check(
                !properties.verification().interval().isNegative(),
                "verification.interval",
                properties.verification().interval(),
                "It cannot be negative; 0 compares the nodes only when somebody asks.");
        Integer replicas = properties.replicas();
        check(
                replicas == null || (replicas >= 1 && replicas <= MAX_REPLICAS),
                "replicas",
                replicas,
                "JetStream knows 1 to 5 replicas.");
    }

    private void checkSnapshots(HaSqliteProperties.Snapshotter snapshotter) {
        positive(snapshotter.interval(), "snapshotter.interval");
        check(
                snapshotter.keep() >= 1,
                "snapshotter.keep",
                snapshotter.keep(),
                "At least one snapshot has to be kept; with two, there is one to fall back to.");
        check(
                !snapshotter.enabled()
                        || snapshotter.interval().multipliedBy(2).compareTo(properties.streamMaxAge()) <= 0,
                "snapshotter.interval",
                snapshotter.interval(),
                "The stream keeps messages for " + properties.streamMaxAge() + " (ha.sqlite.stream-max-age), which has"
                        + " to be twice the interval at least: otherwise messages can be gone before they are in a"
                        + " snapshot.");
    }

    private void checkCredentials() {
        MutuallyExclusiveConfigurationPropertiesException.throwIfMultipleMatchingValuesIn(
                values -> {
                    values.put("ha.sqlite.nats.user", nats.user());
                    values.put("ha.sqlite.nats.token", nats.token());
                    values.put("ha.sqlite.nats.nkey", nats.nkey());
                    values.put("ha.sqlite.nats.credentials", nats.credentials());
                },
                PropertyCheck::hasText);
        check(
                hasText(nats.user()) == hasText(nats.password()),
                "nats.user",
                nats.user(),
                "ha.sqlite.nats.user and ha.sqlite.nats.password belong together: set both or none.");
    }

    private void checkUrls() {
        for (String url : properties.replicationUrl()) {
            check(
                    URL.matcher(url).matches() && NatsSettings.isUrl(url),
                    "replication-url",
                    url.indexOf('@') >= 0 ? "***" : url,
                    "It has to be the URL of a NATS server, for example nats://host:4222 or tls://host:4222; several are"
                            + " separated by commas. Names of hosts have letters, digits, '-' and '.'; what else a user or"
                            + " a password has is encoded, for example '@' as %40.");
        }
    }

    private void checkEmbedded() {
        check(
                embedded.port() >= 0 && embedded.port() <= MAX_PORT,
                "nats.embedded.port",
                embedded.port(),
                "A port is between 1 and 65535; 0 takes any free one.");
        check(
                hasText(embedded.user()) == hasText(embedded.password()),
                "nats.embedded.user",
                embedded.user(),
                "ha.sqlite.nats.embedded.user and ha.sqlite.nats.embedded.password belong together: set both or"
                        + " none.");
        check(hasText(embedded.host()), "nats.embedded.host", embedded.host(), "It must not be empty.");
        check(
                embedded.name() == null || embedded.name().matches("\\S+"),
                "nats.embedded.name",
                embedded.name(),
                "nats-server takes no name that is empty or has blanks.");
        if (embedded.cluster() != null) {
            EmbeddedClusterProperties.validate(embedded, embedded.cluster());
        }
        if (embedded.configFile() != null) {
            return;
        }
        if (embedded.cluster() != null || properties.replicationUrl().isEmpty()) {
            check(
                    credentials() == null,
                    "nats.embedded.enabled",
                    true,
                    "The embedded server knows no user but the one of ha.sqlite.nats.embedded.user and"
                            + " ha.sqlite.nats.embedded.password: set these instead of the credentials under"
                            + " ha.sqlite.nats, or give it a configuration with ha.sqlite.nats.embedded.config-file.");
            check(
                    nats.ssl().bundle() == null,
                    "nats.ssl.bundle",
                    nats.ssl().bundle(),
                    "The embedded server has no TLS unless it is given a configuration of its own with"
                            + " ha.sqlite.nats.embedded.config-file.");
        } else {
            check(
                    properties.replicationUrl().stream().anyMatch(this::mayBeEmbedded),
                    "nats.embedded.enabled",
                    true,
                    "ha.sqlite.replication-url leads to another server, so that nobody would use the embedded one:"
                            + " leave out one of the two. To make the embedded server part of a NATS cluster, configure"
                            + " it with ha.sqlite.nats.embedded.cluster.routes.");
        }
    }

    private boolean mayBeEmbedded(String url) {
        var matcher = URL.matcher(url);
        String port = matcher.matches() ? matcher.group(1) : null;
        return (port == null ? EmbeddedNatsSettings.DEFAULT_PORT : Long.parseLong(port)) == embedded.port();
    }

    EmbeddedNatsSettings embedded(@Nullable SslBundles bundles) {
        String name = embedded.name() != null ? embedded.name() : node.name().replaceAll("\\s+", "-");
        Path storeDir = path("nats.embedded.store-dir", embedded.storeDir());
        return EmbeddedNatsSettings.of(
                        name,
                        embedded.port(),
                        storeDir != null ? storeDir : node.location().sibling("-nats"))
                .with(to -> to.host(embedded.host())
                        .login(blankToNull(embedded.user()), blankToNull(embedded.password()))
                        .binary(path("nats.embedded.binary", embedded.binary()))
                        .configFile(path("nats.embedded.config-file", embedded.configFile()))
                        .cluster(
                                embedded.cluster() == null
                                        ? null
                                        : EmbeddedClusterProperties.settings(embedded.cluster(), bundles)));
    }

    /** Has the embedded server show the certificates that the bundle of its cluster is renewed to. */
    void followBundle(EmbeddedNatsServer server, @Nullable SslBundles bundles) {
        EmbeddedClusterProperties.follow(server, embedded.cluster(), bundles);
    }

    /** The subject that is in use where an earlier version has begun; asks the stream if that is possible. */
    NatsSettings settled(NatsSettings nats) {
        return ReplicationSubject.settle(nats, replicationId, node.location().sibling("-ha-subject"));
    }

    /**
     * How to reach the stream.
     *
     * @param server the embedded server, or {@code null} if there is none
     */
    NatsSettings nats(@Nullable EmbeddedNatsServer server, @Nullable SslBundles sslBundles) {
        List<String> urls = properties.replicationUrl();
        NatsCredentials credentials = credentials();
        boolean clustered = server != null && embedded.cluster() != null;
        if (server != null) {
            urls = clustered ? ownFirst(server.url(), urls) : urls.isEmpty() ? List.of(server.url()) : urls;
            credentials = credentials != null ? credentials : embeddedCredentials();
        }
        String bundle = nats.ssl().bundle();
        DataSize maxBytes = properties.streamMaxBytes();
        return new NatsSettings(
                urls,
                node.name(),
                credentials,
                bundle == null ? null : tls(bundle, sslBundles),
                properties.stream(),
                ReplicationSubject.of(properties.stream(), replicationId),
                properties.streamMaxAge(),
                properties.streamReserve(),
                maxBytes == null ? NatsSettings.ANY_SIZE : maxBytes.toBytes(),
                properties.replicas() != null ? properties.replicas() : server == null ? 1 : server.replicas(),
                connectTimeout(),
                properties.publisher().timeout(),
                clustered);
    }

    /** The same for all connections, so that all of them learn of a renewal. */
    private synchronized RenewableTls tls(String bundle, @Nullable SslBundles sslBundles) {
        RenewableTls known = tls;
        if (known != null) {
            return known;
        }
        RenewableTls made = RenewedBundle.context(HaSqliteProperties.PREFIX + ".nats.ssl.bundle", bundle, sslBundles);
        tls = made;
        return made;
    }

    /** What else is configured are addresses of the other servers, for where they cannot say them themselves. */
    private static List<String> ownFirst(String own, List<String> others) {
        List<String> urls = new ArrayList<>();
        urls.add(own);
        urls.addAll(others);
        return urls.stream().distinct().toList();
    }

    private @Nullable NatsCredentials credentials() {
        if (nats.user() != null && nats.password() != null && hasText(nats.user())) {
            return new NatsCredentials.UserPassword(nats.user(), nats.password());
        } else if (nats.token() != null && hasText(nats.token())) {
            return new NatsCredentials.Token(nats.token());
        } else if (nats.nkey() != null && hasText(nats.nkey())) {
            return new NatsCredentials.NKeySeed(nats.nkey());
        }
        Path file = path("nats.credentials", nats.credentials());
        return file == null ? null : new NatsCredentials.CredentialsFile(file);
    }

    private @Nullable NatsCredentials embeddedCredentials() {
        return embedded.user() != null && embedded.password() != null && hasText(embedded.user())
                ? new NatsCredentials.UserPassword(embedded.user(), embedded.password())
                : null;
    }

    private static @Nullable Path path(String name, @Nullable String value) {
        if (value == null || value.isBlank()) {
            return null;
        }
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            check(false, name, value, "It is not a path: " + e.getReason());
            throw e;
        }
    }

    private static @Nullable String blankToNull(@Nullable String value) {
        return hasText(value) ? value : null;
    }
}
