package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What all nodes of a cluster have in common, in a message of the stream {@code <stream>_CLUSTER}. The
 * description of the stream says the same, but Go nodes write that anew whenever they join. The first to
 * write decides: the message is stored only if nothing was written since its author looked. It says which
 * stream it is about, so a stream that was deleted and made anew begins without one. Thread-safe.
 */
final class ClusterRecord {

    /** Each failure means that another succeeded. */
    private static final int TRIES = 20;

    private static final String SEPARATOR = " ";

    private final NatsLink link;
    private final String name;

    ClusterRecord(NatsLink link) {
        this.link = link;
        name = link.settings().stream() + "_CLUSTER";
    }

    /**
     * What was written for a stream, or {@code null} if nothing was.
     *
     * @param createdNs when the stream was created, nanoseconds since 1970
     */
    @Nullable
    String read(long createdNs) throws IOException, JetStreamApiException {
        return AuxiliaryStream.mayBeRead(link, name) ? written(createdNs) : null;
    }

    private @Nullable String written(long createdNs) throws IOException, JetStreamApiException {
        return text(LeaderReads.lastMessage(link.connection(), name, name), createdNs);
    }

    /**
     * Writes what a cluster has in common, unless that was done before.
     *
     * @return what is written now
     */
    String claim(long createdNs, String text) throws IOException, JetStreamApiException {
        for (int i = 0; i < TRIES; i++) {
            StreamInfo info = AuxiliaryStream.ensure(
                    link,
                    StreamConfiguration.builder()
                            .name(name)
                            .description("What the nodes of ha-sqlite clusters have in common")
                            .subjects(name)
                            .storageType(StorageType.File)
                            .maxMessagesPerSubject(1)
                            .replicas(link.settings().replicas())
                            .build());
            String written = written(createdNs);
            if (written != null) {
                return written;
            }
            AuxiliaryStream.store(link, info, name, (createdNs + SEPARATOR + text).getBytes(StandardCharsets.UTF_8));
        }
        throw new IOException("stream '" + name + "' is written to all the time");
    }

    private static @Nullable String text(@Nullable MessageInfo message, long createdNs) {
        byte[] data = message == null ? null : message.getData();
        if (data == null) {
            return null;
        }
        String text = new String(data, StandardCharsets.UTF_8);
        String start = createdNs + SEPARATOR;
        return text.startsWith(start) ? text.substring(start.length()) : null;
    }
}
