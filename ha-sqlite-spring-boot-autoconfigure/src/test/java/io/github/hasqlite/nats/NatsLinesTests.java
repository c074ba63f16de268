package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that several databases share, to a real nats-server. */
@Tag("nats")
class NatsLinesTests {

    private final NatsLines lines = new NatsLines();

    private static Connection connected(NatsLink link) throws Exception {
        link.connectInBackground();
        assertThat(link.awaitConnected(Duration.ofMinutes(1))).isTrue();
        return link.connection();
    }

    @Test
    void databasesShareAConnectionUntilTheLastIsClosed() throws Exception {
        try (NatsServer server = NatsServer.start()) {
            NatsSettings orders = server.settings("orders");
            NatsSettings audit = orders.with(to -> to.stream("audit").subject("audit.audit"));
            NatsSettings withLogin =
                    orders.with(to -> to.credentials(new NatsCredentials.UserPassword("user", "password")));
            try (NatsLink one = lines.link(orders, "members");
                    NatsLink another = lines.link(audit, "members");
                    NatsLink apart = lines.link(orders, "snapshots");
                    NatsLink login = lines.link(withLogin, "members")) {
                one.connectInBackground();
                Connection shared = connected(another);
                assertThat(connected(one)).isSameAs(shared);
                assertThat(connected(apart)).isNotSameAs(shared);
                assertThat(connected(login)).isNotSameAs(shared);
                assertThat(one.settings()).isEqualTo(orders);
                assertThat(another.settings()).isEqualTo(audit);
                one.close();
                one.close();
                assertThat(another.isConnected()).isTrue();
                assertThat(shared.getStatus()).isEqualTo(Connection.Status.CONNECTED);
                another.close();
                await().until(() -> shared.getStatus() == Connection.Status.CLOSED);
                try (NatsLink later = lines.link(audit, "members")) {
                    assertThat(connected(later)).isNotSameAs(shared);
                }
            }
        }
    }

    @Test
    void aSharedConnectionComesBackForAll() throws Exception {
        try (NatsServer server = NatsServer.start();
                NatsLink one = lines.link(server.settings("orders"), "members");
                NatsLink another = lines.link(
                        one.settings().with(to -> to.stream("audit").subject("audit.audit")), "members")) {
            assertThat(connected(one)).isSameAs(connected(another));
            server.kill9();
            await().until(() -> !one.isConnected() && !another.isConnected());
            assertThat(another.outage()).isNotNull();
            server.restart();
            assertThat(another.awaitConnected(Duration.ofMinutes(1))).isTrue();
            assertThat(one.isConnected()).isTrue();
        }
    }
}
