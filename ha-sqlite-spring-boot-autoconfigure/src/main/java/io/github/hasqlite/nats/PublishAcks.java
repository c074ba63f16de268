package io.github.hasqlite.nats;

import io.github.hasqlite.PublishException;
import io.github.hasqlite.PublishException.Reason;
import io.github.hasqlite.WrongLastSequenceException;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.PublishAck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the stream's answers to published messages. */
final class PublishAcks {

    private static final Pattern LAST_SEQUENCE = Pattern.compile("wrong last sequence: (\\d{1,18})");

    private static final byte[] SEQUENCE = "\"seq\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STREAM = "{\"stream\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int NO_RESPONDERS = 503;

    private PublishAcks() {}

    /**
     * The sequence under which a message was stored.
     *
     * @throws PublishException if the answer says that it was not
     * @throws WrongLastSequenceException if the answer says that another one was there first
     */
    static long sequence(Message answer) throws PublishException, WrongLastSequenceException {
        if (answer.isStatusMessage()) {
            Reason reason = answer.getStatus().getCode() == NO_RESPONDERS ? Reason.NO_STREAM : Reason.REJECTED;
            throw new PublishException(
                    reason,
                    "The stream did not take a message: " + answer.getStatus().getMessageWithCode());
        }
        long quick = quick(answer.getData());
        if (quick > 0) {
            return quick;
        }
        try {
            return new PublishAck(answer).getSeqno();
        } catch (JetStreamApiException e) {
            if (JetStreamErrors.isWrongLastSequence(e)) {
                String said = String.valueOf(e.getErrorDescription());
                throw new WrongLastSequenceException("The stream is at another message: " + said, lastSequence(said));
            }
            throw refused(e);
        } catch (IOException e) {
            throw refused(e);
        }
    }

    /** Servers say {@code wrong last sequence: N}, some without the number. */
    private static long lastSequence(String description) {
        Matcher said = LAST_SEQUENCE.matcher(description);
        return said.find() ? Long.parseLong(said.group(1)) : -1;
    }

    private static PublishException refused(Exception e) {
        return new PublishException(Reason.REJECTED, "The stream refused a message: " + e.getMessage(), e);
    }

    /**
     * Reads {@code {"stream":"NAME","seq":N}} and {@code {"stream":"NAME","seq":N,…}}, as every server
     * writes it; building a JSON tree for it would cost several microseconds of every commit. Returns 0
     * for anything else: an error always stands first.
     */
    private static long quick(byte[] data) {
        if (!matches(data, 0, STREAM)) {
            return 0;
        }
        int at = STREAM.length;
        while (at < data.length && data[at] != '"') {
            at++;
        }
        // closing quote, comma
        at += 2;
        if (!matches(data, at, SEQUENCE)) {
            return 0;
        }
        long sequence = 0;
        for (at += SEQUENCE.length; at < data.length && data[at] >= '0' && data[at] <= '9'; at++) {
            sequence = sequence * 10 + (data[at] - '0');
        }
        return sequence;
    }

    private static boolean matches(byte[] data, int offset, byte[] expected) {
        if (data.length < offset + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (data[offset + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
