package io.github.hasqlite.testing;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Somebody who may publish on the replication subject, and publishes what no node would. */
public final class Attacker implements AutoCloseable {

    private static final String SUBJECT = "ha_replication.test";

    private final Connection connection;

    public Attacker(NatsServer server) throws IOException, InterruptedException {
        connection = server.connect();
    }

    /** Publishes bytes and waits until these nodes have dealt with them. */
    public long publish(byte[] message, TestNode... nodes) throws IOException, JetStreamApiException {
        long sequence = connection.jetStream().publish(SUBJECT, message).getSeqno();
        for (TestNode node : nodes) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> node.status().appliedSequence() >= sequence
                            || node.status().halted() != null);
        }
        return sequence;
    }

    /** Publishes text and waits until these nodes have dealt with it. */
    public long publish(String message, TestNode... nodes) throws IOException, JetStreamApiException {
        return publish(message.getBytes(StandardCharsets.UTF_8), nodes);
    }

    /** A change set with one statement. */
    public static String command(String sql) {
        return "{\"node\":\"x\",\"changes\":[{\"operation\":\"SQL\",\"command\":" + quoted(sql) + ",\"args\":[]}]}";
    }

    /** A change set that inserts one row with an integer key into a table with columns id and a. */
    public static String insert(String publisher, String counter, String table, String id, String value) {
        String origin = publisher.isEmpty()
                ? ""
                : "\"publisher\":" + quoted(publisher) + ",\"counter\":" + counter + ",\"base_sequence\":0,";
        return "{" + origin + "\"node\":\"x\",\"changes\":[{\"operation\":\"INSERT\",\"database\":\"main\",\"table\":"
                + quoted(table) + ",\"columns\":[\"id\",\"a\"],\"pk_columns\":[\"id\"],\"new_rowid\":" + id
                + ",\"new_values\":[" + id + "," + value + "]}]}";
    }

    /** A JSON string. */
    public static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\0", "\\u0000") + "\"";
    }

    @Override
    public void close() throws InterruptedException {
        connection.close();
    }
}
