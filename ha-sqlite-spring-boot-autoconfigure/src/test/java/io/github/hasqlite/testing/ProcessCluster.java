package io.github.hasqlite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Nodes in processes of their own and the server between them; all end with it. */
public final class ProcessCluster implements AutoCloseable {

    /** The stream that the nodes follow. */
    public static final String STREAM = "ha_replication";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final NatsServer server = NatsServer.start();
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final Path folder;

    /**
     * A cluster without nodes.
     *
     * @param folder where their databases are
     */
    public ProcessCluster(Path folder) {
        this.folder = folder;
    }

    /** The server that has the stream. */
    public NatsServer server() {
        return server;
    }

    /** Starts nodes at the same time and waits until they are ready. */
    public List<NodeProcess> start(String... names) throws IOException {
        List<NodeProcess> started = new ArrayList<>();
        for (String name : names) {
            started.add(launch(name));
        }
        for (NodeProcess node : started) {
            node.awaitReady();
        }
        return started;
    }

    /** Starts a node without waiting. */
    public NodeProcess launch(String name) throws IOException {
        NodeProcess node = NodeProcess.launch(server, folder, name);
        nodes.add(node);
        return node;
    }

    /** Something done to the streams of the server. */
    public interface Work<T> {
        T on(Connection connection, JetStreamManagement management) throws Exception;
    }

    /** Does something to the streams of the server. */
    public <T> T manage(Work<T> work) throws Exception {
        try (Connection connection = Nats.connect(server.url())) {
            return work.on(connection, connection.jetStreamManagement());
        }
    }

    /** The sequence of the stream's last message. */
    public long end() throws Exception {
        return manage((connection, management) ->
                management.getStreamInfo(STREAM).getStreamState().getLastSequence());
    }

    /** Deletes the stream and makes an empty one like it. */
    public void makeStreamAnew() throws Exception {
        manage((connection, management) -> {
            StreamConfiguration configuration = management.getStreamInfo(STREAM).getConfiguration();
            management.deleteStream(STREAM);
            return management.addStream(configuration);
        });
    }

    /** Waits until some nodes have published all they have and applied all that is in the stream. */
    public void awaitQuiet(List<NodeProcess> some) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
            for (NodeProcess node : some) {
                assertThat(node.ask("status").split(",")[2]).isEqualTo("0");
            }
            long end = end();
            for (NodeProcess node : some) {
                String[] status = node.ask("status").split(",");
                assertThat(Long.parseLong(status[0]))
                        .as(String.join(",", status))
                        .isEqualTo(end);
                assertThat(status[3]).isEqualTo("null");
            }
        });
    }

    /** Waits until nodes are quiet, and sees that all that applications see is the same on each. */
    public void assertEqual(List<NodeProcess> some) throws IOException {
        awaitQuiet(some);
        String content = some.get(0).ask("content");
        for (NodeProcess node : some) {
            assertThat(node.ask("content")).isEqualTo(content);
        }
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
        server.close();
    }
}
