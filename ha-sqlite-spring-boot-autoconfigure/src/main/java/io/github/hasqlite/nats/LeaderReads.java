package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Asks the stream's leader for single messages. The client library asks any replica where the stream
 * allows direct access, and a replica may not have the newest message yet.
 */
final class LeaderReads {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private LeaderReads() {}

    /** The sequence of the newest message of a subject that is stored, 0 if there is none. */
    static long last(Connection connection, String stream, String subject) throws IOException, JetStreamApiException {
        return sequence(connection, stream, "{\"last_by_subj\":\"" + subject + "\"}");
    }

    /** The sequence of the oldest message of a subject at or after another sequence, 0 if there is none. */
    static long next(Connection connection, String stream, String subject, long from)
            throws IOException, JetStreamApiException {
        return sequence(connection, stream, "{\"seq\":" + from + ",\"next_by_subj\":\"" + subject + "\"}");
    }

    /** The newest message of a subject, or {@code null} if there is none, or no such stream. */
    static @Nullable MessageInfo lastMessage(Connection connection, String stream, String subject)
            throws IOException, JetStreamApiException {
        return lastMessage(connection, stream, subject, TIMEOUT);
    }

    /** The same with another patience. */
    static @Nullable MessageInfo lastMessage(Connection connection, String stream, String subject, Duration timeout)
            throws IOException, JetStreamApiException {
        return message(connection, stream, "{\"last_by_subj\":\"" + subject + "\"}", timeout);
    }

    /**
     * The oldest message at or after a sequence of those subjects that match a pattern, or {@code null} if
     * there is none, or no such stream.
     */
    static @Nullable MessageInfo nextMessage(Connection connection, String stream, String pattern, long from)
            throws IOException, JetStreamApiException {
        return message(connection, stream, "{\"seq\":" + from + ",\"next_by_subj\":\"" + pattern + "\"}", TIMEOUT);
    }

    /** One message, or {@code null} if the stream does not have it. */
    static @Nullable MessageInfo read(Connection connection, String stream, long sequence, Duration timeout)
            throws IOException, JetStreamApiException {
        return message(connection, stream, "{\"seq\":" + sequence + "}", timeout);
    }

    private static long sequence(Connection connection, String stream, String request)
            throws IOException, JetStreamApiException {
        MessageInfo message = message(connection, stream, request, TIMEOUT);
        return message == null ? 0 : message.getSeq();
    }

    private static @Nullable MessageInfo message(Connection connection, String stream, String request, Duration timeout)
            throws IOException, JetStreamApiException {
        Message answer;
        try {
            answer = connection.request(
                    "$JS.API.STREAM.MSG.GET." + stream, request.getBytes(StandardCharsets.UTF_8), timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking stream '" + stream + "'", e);
        } catch (IllegalStateException e) {
            throw new IOException("Not connected: " + e.getMessage(), e);
        }
        if (answer == null || answer.isStatusMessage()) {
            throw new IOException("No answer from the leader of stream '" + stream + "'");
        }
        MessageInfo message = new MessageInfo(answer, stream, false);
        if (message.hasError()) {
            if (message.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                return null;
            }
            message.throwOnHasError();
        }
        return message;
    }
}
