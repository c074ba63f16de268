package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;

import io.github.hasqlite.autoconfigure.HaSqliteProperties.Cluster;
import io.github.hasqlite.autoconfigure.HaSqliteProperties.Embedded;
import io.github.hasqlite.nats.server.EmbeddedCluster;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** The part of the properties about a cluster of embedded servers, checked and with what they refer to. */
final class EmbeddedClusterProperties {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedClusterProperties.class);

    private static final String PREFIX = "nats.embedded.cluster.";
    private static final int MAX_PORT = 65_535;

    /** A host and a port; the scheme may be there. */
    private static final Pattern ROUTE =
            Pattern.compile("(?:(?:nats|nats-route|tls)://)?((?:\\[[^\\s\\]]+]|[^\\s:/@\\[]+):(\\d{1,5}))/?");

    private EmbeddedClusterProperties() {}

    /** Refuses what cannot be a cluster. */
    static void validate(Embedded embedded, Cluster cluster) {
        check(
                embedded.configFile() == null,
                "nats.embedded.config-file",
                embedded.configFile(),
                "A configuration file of your own says itself what cluster the server is in: leave out"
                        + " ha.sqlite.nats.embedded.cluster, or the file.");
        check(
                cluster.name().matches("\\S+"),
                PREFIX + "name",
                cluster.name(),
                "nats-server takes no name that is empty or has blanks.");
        check(hasText(cluster.host()), PREFIX + "host", cluster.host(), "It must not be empty.");
        check(
                cluster.port() >= 1 && cluster.port() <= MAX_PORT && cluster.port() != embedded.port(),
                PREFIX + "port",
                cluster.port(),
                "A port is between 1 and 65535, and another one than ha.sqlite.nats.embedded.port; the other servers have"
                        + " to know it.");
        check(
                hasText(cluster.user()) == hasText(cluster.password()),
                PREFIX + "user",
                cluster.user(),
                "ha.sqlite.nats.embedded.cluster.user and ha.sqlite.nats.embedded.cluster.password belong together: set"
                        + " both or none.");
        check(
                !cluster.routes().isEmpty(),
                PREFIX + "routes",
                "",
                "A cluster needs to know where another of its servers is: name all of them as host:port, with the port"
                        + " that is their ha.sqlite.nats.embedded.cluster.port. The list may be the same on all nodes.");
        for (String route : cluster.routes()) {
            var matcher = ROUTE.matcher(route);
            check(
                    matcher.matches() && Integer.parseInt(matcher.group(2)) <= MAX_PORT,
                    PREFIX + "routes",
                    route.indexOf('@') >= 0 ? "***" : route,
                    "A route is host:port, without credentials: those are ha.sqlite.nats.embedded.cluster.user and its"
                            + " password.");
        }
        check(
                embedded.port() > 0,
                "nats.embedded.port",
                embedded.port(),
                "The other nodes of a cluster come to this node's server while their own is away: it needs a port that"
                        + " stays the same.");
    }

    static EmbeddedCluster settings(Cluster cluster, @Nullable SslBundles bundles) {
        List<String> routes = new ArrayList<>();
        for (String route : cluster.routes()) {
            routes.add(ROUTE.matcher(route).replaceFirst("$1"));
        }
        String user = hasText(cluster.user()) ? cluster.user() : null;
        return new EmbeddedCluster(
                cluster.name(),
                cluster.host(),
                cluster.port(),
                routes,
                user,
                user == null ? null : cluster.password(),
                tls(cluster.ssl().bundle(), bundles));
    }

    /** Has the server show what the bundle of its routes is renewed to. */
    static void follow(EmbeddedNatsServer server, @Nullable Cluster cluster, @Nullable SslBundles bundles) {
        String name = cluster == null ? null : cluster.ssl().bundle();
        if (name == null || bundles == null) {
            return;
        }
        bundles.addBundleUpdateHandler(name, renewed -> {
            try {
                server.renewTls(tls(renewed));
            } catch (IOException | GeneralSecurityException e) {
                logger.error(
                        "The renewed SSL bundle {} of ha.sqlite.{}ssl.bundle cannot be used; going on with the one before."
                                + " Renew it again",
                        name,
                        PREFIX,
                        e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static EmbeddedCluster.@Nullable Tls tls(@Nullable String name, @Nullable SslBundles bundles) {
        if (name == null) {
            return null;
        }
        try {
            if (bundles == null) {
                throw new GeneralSecurityException("there are no SSL bundles in this application context");
            }
            return tls(bundles.getBundle(name));
        } catch (NoSuchSslBundleException | GeneralSecurityException e) {
            check(false, PREFIX + "ssl.bundle", name, "It cannot be used: " + e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    private static EmbeddedCluster.Tls tls(SslBundle bundle) throws GeneralSecurityException {
        KeyStore keys = bundle.getStores().getKeyStore();
        KeyStore trusted = bundle.getStores().getTrustStore();
        if (keys == null || trusted == null) {
            throw new GeneralSecurityException(
                    "routes are encrypted and checked on both sides, so the bundle needs a key with its certificate,"
                            + " and certificates to trust");
        }
        String password = bundle.getKey().getPassword();
        if (password == null) {
            password = bundle.getStores().getKeyStorePassword();
        }
        String alias = keyAlias(keys, bundle.getKey().getAlias());
        Key key = keys.getKey(alias, password == null ? null : password.toCharArray());
        return new EmbeddedCluster.Tls(
                pem("CERTIFICATE", encoded(List.of(keys.getCertificateChain(alias)))),
                pem("PRIVATE KEY", List.of(key.getEncoded())),
                pem("CERTIFICATE", encoded(certificates(trusted))));
    }

    private static String keyAlias(KeyStore keys, @Nullable String configured) throws GeneralSecurityException {
        for (String alias : Collections.list(keys.aliases())) {
            if (keys.isKeyEntry(alias) && (configured == null || configured.equals(alias))) {
                return alias;
            }
        }
        throw new GeneralSecurityException("it has no private key");
    }

    private static List<Certificate> certificates(KeyStore store) throws GeneralSecurityException {
        List<Certificate> certificates = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            certificates.add(store.getCertificate(alias));
        }
        return certificates;
    }

    private static List<byte[]> encoded(List<Certificate> certificates) throws GeneralSecurityException {
        List<byte[]> encoded = new ArrayList<>();
        for (Certificate certificate : certificates) {
            encoded.add(certificate.getEncoded());
        }
        return encoded;
    }

    private static String pem(String type, List<byte[]> encoded) {
        StringBuilder text = new StringBuilder();
        for (byte[] bytes : encoded) {
            String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                    .encodeToString(bytes);
            text.append("-----BEGIN ").append(type).append("-----\n");
            text.append(base64).append("\n-----END ").append(type).append("-----\n");
        }
        return text.toString();
    }
}
