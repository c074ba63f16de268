package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.api.StreamConfiguration;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who lets whom begin a history, over a real server. */
@Tag("nats")
class OriginClaimTests {

    private static final Duration A_LOOK = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void whatAnotherDatabaseHasInTheStreamIsNotTheBeginningOfThisOne() throws Exception {
        NatsSettings ours = server.settings("one");
        NatsSettings others = server.settings("other");
        try (Connection connection = server.connect();
                OriginClaim claim = OriginClaim.make(ours)) {
            assertThat(OriginClaim.awaitBegun(ours, A_LOOK)).isFalse();
            connection
                    .jetStreamManagement()
                    .addStream(StreamConfiguration.builder()
                            .name(ours.stream())
                            .subjects(ours.stream() + ".>")
                            .build());
            connection.jetStream().publish(others.subject(), new byte[0]);
            assertThat(OriginClaim.awaitBegun(ours, A_LOOK)).isFalse();
            assertThat(OriginClaim.awaitBegun(others, PATIENCE)).isTrue();
            connection.jetStream().publish(ours.subject(), new byte[0]);
            assertThat(OriginClaim.awaitBegun(ours, PATIENCE)).isTrue();
            connection.jetStreamManagement().deleteStream(ours.stream());
            assertThat(OriginClaim.awaitBegun(ours, A_LOOK)).isFalse();
            claim.close();
            assertThat(OriginClaim.awaitBegun(ours, PATIENCE)).isTrue();
        }
    }
}
