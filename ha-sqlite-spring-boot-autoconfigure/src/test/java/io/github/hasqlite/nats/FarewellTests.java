package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said at the end to servers that answer, and to one that does not. */
@Tag("system")
@Timeout(60)
class FarewellTests {

    @Test
    void aServerThatDoesNotAnswerIsAskedOnce() throws IOException {
        try (NatsServer server = NatsServer.start();
                NatsLink link = new NatsLink(server.settings("test"))) {
            link.connect();
            link.farewell((connection, patience) -> connection.flush(patience));
            server.suspend();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> link.farewell((connection, patience) -> connection.flush(patience)))
                    .withMessageContaining("No answer to a farewell");
            link.farewell((connection, patience) -> {
                throw new AssertionError("asked again");
            });
            server.resume();
        }
        assertThat(Thread.interrupted()).isFalse();
    }
}
