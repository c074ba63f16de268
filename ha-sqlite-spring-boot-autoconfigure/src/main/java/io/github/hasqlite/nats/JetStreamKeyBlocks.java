package io.github.hasqlite.nats;

import io.github.hasqlite.KeyBlocks;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of keys, from the stream {@code <stream>_KEYS}: one message a table, whose first line is the greatest number
 * that was handed out. Thread-safe.
 */
final class JetStreamKeyBlocks implements KeyBlocks {

    /** Each failure means that another succeeded. */
    private static final int TRIES = 100;

    private final NatsLink link;
    private final String stream;
    private final String database;

    /** Asks over a link that somebody else connects and closes. */
    JetStreamKeyBlocks(NatsLink link) {
        this.link = link;
        this.stream = link.settings().stream() + "_KEYS";
        String subject = link.settings().subject();
        this.database = subject.substring(subject.lastIndexOf('.') + 1);
    }

    /** The subject of a table: what is not allowed in one is encoded, and so is what would be two names for one. */
    private String subject(String table) {
        byte[] bytes = asciiLower(table);
        String name = new String(bytes, StandardCharsets.UTF_8);
        String token = name.matches("[a-z0-9_-]{1,100}")
                ? name
                : "=" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return stream + "." + database + "." + token;
    }

    private static byte[] asciiLower(String table) {
        byte[] bytes = table.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] += (byte) (bytes[i] >= 'A' && bytes[i] <= 'Z' ? 'a' - 'A' : 0);
        }
        return bytes;
    }

    @Override
    public @Nullable Block lease(String table, long atLeast, int size) throws IOException {
        if (atLeast < 1 || size < 1) {
            throw new IllegalArgumentException("no block of " + size + " numbers from " + atLeast);
        }
        String what = "take a block of keys of table " + table;
        if (!link.isConnected()) {
            throw failed(what, new IOException("not connected"));
        }
        String subject = subject(table);
        try {
            for (int i = 0; i < TRIES; i++) {
                StreamInfo seen = look();
                long known = known(LeaderReads.lastMessage(link.connection(), stream, subject), subject);
                if (known == Long.MAX_VALUE) {
                    return null;
                }
                long first = Math.max(known + 1, atLeast);
                long last = first > Long.MAX_VALUE - size ? Long.MAX_VALUE : first + size - 1;
                // if the answer gets lost, so does the block
                if (AuxiliaryStream.store(
                        link, seen, subject, (last + "\n" + table).getBytes(StandardCharsets.UTF_8))) {
                    return new Block(first, last, known);
                }
            }
            throw new IOException("stream '" + stream + "' is written to all the time");
        } catch (IOException | JetStreamApiException e) {
            throw failed(what, e);
        }
    }

    private IOException failed(String what, Exception cause) {
        return new IOException(
                "cannot " + what + " at " + link.settings().maskedServers() + ": " + cause.getMessage(), cause);
    }

    private StreamInfo look() throws IOException {
        return AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(stream)
                        .description("Blocks of keys of ha-sqlite nodes: do not empty or delete")
                        .subjects(stream + ".>")
                        .storageType(StorageType.File)
                        .maxMessagesPerSubject(1)
                        .replicas(link.settings().replicas())
                        .build());
    }

    private long known(@Nullable MessageInfo message, String subject) throws IOException {
        if (message == null) {
            return 0;
        }
        byte[] data = message.getData();
        String text = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        String number = text.lines().findFirst().orElse("");
        try {
            long known = Long.parseLong(number);
            if (known > 0) {
                return known;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IOException("message " + message.getSeq() + " of stream '" + stream
                + "' does not begin with the greatest key that was handed out, but with '"
                + number.substring(0, Math.min(number.length(), 50))
                + "'. Publish a number that is greater than all keys of the table on all nodes to '" + subject + "'");
    }
}
