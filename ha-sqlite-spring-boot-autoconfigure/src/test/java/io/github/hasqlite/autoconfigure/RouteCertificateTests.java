package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.autoconfigure.HaSqliteProperties.Cluster;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.nats.server.EmbeddedNatsSettings;
import io.github.hasqlite.testing.Certificates;
import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** The certificate that an embedded server shows to the other servers of its cluster. */
@Tag("nats-cluster")
class RouteCertificateTests {

    @TempDir
    private Path folder;

    @Test
    void itIsTheOneThatTheBundleWasRenewedTo() throws Exception {
        Path program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry("routes", bundle("before"));
        int port = NatsServer.freePort();
        Cluster cluster = new Cluster(
                "test",
                "127.0.0.1",
                port,
                List.of("127.0.0.1:" + NatsServer.freePort()),
                null,
                null,
                new HaSqliteProperties.Ssl("routes"));
        EmbeddedNatsSettings settings = EmbeddedNatsSettings.of("n1", NatsServer.freePort(), folder.resolve("store"))
                .with(to -> to.binary(program).cluster(EmbeddedClusterProperties.settings(cluster, bundles)));
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings)) {
            EmbeddedClusterProperties.follow(server, cluster, bundles);
            assertThat(shown(port)).isEqualTo(certificate("before"));
            bundles.updateBundle("routes", bundle("after"));
            await().untilAsserted(() -> assertThat(shown(port)).isEqualTo(certificate("after")));
        }
    }

    private SslBundle bundle(String name) throws IOException {
        Certificates made = new Certificates(Files.createDirectory(folder.resolve(name)));
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate(made.certificate().toUri().toString())
                        .withPrivateKey(made.key().toUri().toString()),
                PemSslStoreDetails.forCertificate(made.authorities().toUri().toString())));
    }

    private Certificate certificate(String name) throws IOException, GeneralSecurityException {
        try (InputStream pem = Files.newInputStream(folder.resolve(name).resolve("node.crt"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    /** What the server shows whoever comes as another server. */
    private static @Nullable Certificate shown(int port) throws IOException, GeneralSecurityException {
        AtomicReference<Certificate> shown = new AtomicReference<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Curious(shown)}, null);
        try (SSLSocket encrypted =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            encrypted.startHandshake();
        } catch (SSLException e) {
            // it wants a certificate of this side, too
        }
        return shown.get();
    }

    private record Curious(AtomicReference<Certificate> shown) implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            shown.set(chain[0]);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
