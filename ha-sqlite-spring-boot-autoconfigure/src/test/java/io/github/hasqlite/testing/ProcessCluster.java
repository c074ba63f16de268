package io.github.hasqlite.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.PurgeOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.NatsMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;

/** Nodes in processes of their own and the server between them; all end with it. */
public final class ProcessCluster implements AutoCloseable {

    /** The stream that the nodes follow. */
    public static final String STREAM = "ha_replication";

    private static final String BUCKET = "OBJ_" + STREAM + "_SNAPSHOTS";

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
        try (Connection connection = server.connect()) {
            return work.on(connection, connection.jetStreamManagement());
        }
    }

    /** The sequence of the stream's last message. */
    public long end() throws Exception {
        return manage((connection, management) ->
                management.getStreamInfo(STREAM).getStreamState().getLastSequence());
    }

    /** Deletes the stream; what it was like. */
    public StreamConfiguration deleteStream() throws Exception {
        return manage((connection, management) -> {
            StreamConfiguration configuration = management.getStreamInfo(STREAM).getConfiguration();
            management.deleteStream(STREAM);
            return configuration;
        });
    }

    /** Takes away what is in the stream up to a sequence, as retention would. */
    public void purgeUpTo(long sequence) throws Exception {
        manage((connection, management) -> management.purgeStream(
                STREAM, PurgeOptions.builder().sequence(sequence + 1).build()));
    }

    /** Takes all snapshots away. */
    public void emptyBucket() throws Exception {
        manage((connection, management) -> management.purgeStream(BUCKET));
    }

    /** Puts other bytes, as many, in the place of the last chunk of the newest snapshot. */
    public void damageNewestSnapshot() throws Exception {
        manage((connection, management) -> {
            MessageInfo chunk = newestChunk(management);
            byte[] bytes = Arrays.copyOf(chunk.getData(), chunk.getData().length);
            bytes[bytes.length / 2] ^= 0x55;
            management.deleteMessage(BUCKET, chunk.getSeq());
            return connection
                    .jetStream()
                    .publish(NatsMessage.builder()
                            .subject(chunk.getSubject())
                            .data(bytes)
                            .build());
        });
    }

    private static MessageInfo newestChunk(JetStreamManagement management) throws Exception {
        for (long sequence = management.getStreamInfo(BUCKET).getStreamState().getLastSequence(); ; sequence--) {
            MessageInfo message = management.getMessage(BUCKET, sequence);
            if (message.getSubject().contains(".C.")) {
                return message;
            }
        }
    }

    /** Waits until some nodes have published all they have and applied all that is in the stream. */
    public void awaitQuiet(List<NodeProcess> some) {
        Awaitility.await().untilAsserted(() -> {
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
