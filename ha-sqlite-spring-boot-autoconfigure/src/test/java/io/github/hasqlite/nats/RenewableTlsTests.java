package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TLS are made anew with what was renewed. */
@Tag("nats")
class RenewableTlsTests {

    @TempDir
    private Path folder;

    @Test
    void connectsAnewAtOnceAndNoMoreWhenClosed() throws Exception {
        TestCertificate certificate = TestCertificate.create(folder);
        RenewableTls tls = new RenewableTls(certificate.trusting());
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        try (NatsServer server = NatsServer.start(certificate.serverConfiguration())) {
            try (NatsLink link = new NatsLink(server.settings("db").with(to -> to.sslContext(tls)))) {
                link.addListener(new LinkListener() {
                    @Override
                    public void connected(Connection connection) {
                        made.incrementAndGet();
                    }

                    @Override
                    public void disconnected() {
                        lost.incrementAndGet();
                    }
                });
                link.connect();
                int before = made.get();
                assertThat(lost.get()).isZero();
                tls.renew(certificate.trusting());
                Awaitility.await().until(() -> lost.get() == 1 && made.get() > before && link.isConnected());
            }
            int after = made.get();
            tls.renew(certificate.trusting());
            assertThat(made.get()).isEqualTo(after);
        }
    }

    @Test
    void trustsWhatWasRenewed() throws Exception {
        TestCertificate first = TestCertificate.create(Files.createDirectory(folder.resolve("first")));
        TestCertificate second = TestCertificate.create(Files.createDirectory(folder.resolve("second")));
        RenewableTls tls = new RenewableTls(first.trusting());
        try (NatsServer server = NatsServer.start(second.serverConfiguration());
                NatsLink link = new NatsLink(server.settings("db").with(to -> to.sslContext(tls)))) {
            link.connectInBackground();
            assertThat(link.isConnected()).isFalse();
            tls.renew(second.trusting());
            Awaitility.await().until(link::isConnected);
        }
    }
}
