package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.api.StreamConfiguration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the nodes of a cluster have in common is known whatever becomes of the stream's description. */
@Tag("nats")
class ClusterRecordTests {

    private NatsServer server;
    private NatsLink link;

    @BeforeEach
    void start() {
        server = NatsServer.start();
        link = new NatsLink(server.settings("test"));
        link.connect();
    }

    @AfterEach
    void stop() {
        link.close();
        server.close();
    }

    private void ensure(CommitMode mode) throws Exception {
        ReplicationStream stream =
                new ReplicationStream(link, ClusterProperties.of(mode, MergeMode.ROW, RowIdentify.PK), null);
        stream.ensure();
        stream.extent();
    }

    /** As Go nodes do when they join. */
    private void overwrite() throws Exception {
        link.connection()
                .jetStreamManagement()
                .updateStream(StreamConfiguration.builder()
                        .name("ha_replication")
                        .subjects("ha_replication", "ha_replication.>")
                        .build());
    }

    private void publish() throws Exception {
        link.connection().jetStream().publish("ha_replication.test", new byte[0]);
    }

    @Test
    void theDescriptionMayBeOverwritten() throws Exception {
        ensure(CommitMode.STRICT);
        publish();
        overwrite();
        ensure(CommitMode.STRICT);
        assertThatExceptionOfType(ReplicationStartException.class)
                .isThrownBy(() -> ensure(CommitMode.ASYNC))
                .withMessageContaining("has strict");
    }

    @Test
    void whatAnEarlierVersionHasDescribedIsTakenOver() throws Exception {
        String description = ClusterProperties.of(CommitMode.STRICT, MergeMode.ROW, RowIdentify.PK)
                .description(null, link.settings());
        link.connection()
                .jetStreamManagement()
                .addStream(StreamConfiguration.builder()
                        .name("ha_replication")
                        .description(description)
                        .subjects("ha_replication.test")
                        .build());
        publish();
        ensure(CommitMode.STRICT);
        overwrite();
        ensure(CommitMode.STRICT);
        assertThatExceptionOfType(ReplicationStartException.class).isThrownBy(() -> ensure(CommitMode.SYNC));
    }

    @Test
    void aStreamThatWasMadeAnewHasNone() throws Exception {
        ensure(CommitMode.STRICT);
        publish();
        link.connection().jetStreamManagement().deleteStream("ha_replication");
        ensure(CommitMode.ASYNC);
        assertThatExceptionOfType(ReplicationStartException.class).isThrownBy(() -> ensure(CommitMode.STRICT));
    }

    @Test
    void ofManyWhoClaimAtOnceOneIsHeard() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            List<Callable<String>> claims = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String text = "ha-sqlite protocol=" + i;
                claims.add(() -> new ClusterRecord(link).claim(42, text));
            }
            Set<String> heard = new HashSet<>();
            for (Future<String> claim : executor.invokeAll(claims)) {
                heard.add(claim.get());
            }
            assertThat(heard).hasSize(1).containsExactly(new ClusterRecord(link).read(42));
            assertThat(new ClusterRecord(link).read(43)).isNull();
        } finally {
            executor.shutdownNow();
        }
    }
}
