package io.github.hasqlite.nats;

import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether and how an existing stream suits the settings. */
final class StreamCompatibility {

    private StreamCompatibility() {}

    /** Refuses a stream that would lose or never get change sets. */
    static void check(StreamConfiguration existing, NatsSettings settings) {
        String reason = null;
        if (existing.getSubjects().stream().noneMatch(pattern -> covers(pattern, settings.subject()))) {
            reason = "it exists for the subjects " + existing.getSubjects();
        } else if (existing.getRetentionPolicy() != RetentionPolicy.Limits) {
            reason = "its retention is " + existing.getRetentionPolicy() + " and must be limits";
        } else if (existing.getNoAck()) {
            reason = "it acknowledges nothing (no_ack)";
        } else if (existing.getSealed()) {
            reason = "it is sealed";
        } else if (existing.getMaxMsgsPerSubject() > 0) {
            reason = "it keeps only " + existing.getMaxMsgsPerSubject() + " messages of a subject";
        }
        if (reason != null) {
            throw new NatsStartException(
                    new NatsStartException.StreamConflict(
                            settings.maskedServers(), settings.stream(), settings.subject(), reason),
                    null);
        }
    }

    /** The configuration to update the stream to, or {@code null} if it is as configured. */
    static @Nullable StreamConfiguration adjusted(StreamConfiguration existing, NatsSettings settings) {
        Duration maxAge = settings.longestAge();
        // an administrator may have given it more replicas than this node knows of
        int replicas = settings.ownServer()
                // raised when there are servers for it
                ? existing.getReplicas()
                : Math.max(existing.getReplicas(), settings.replicas());
        boolean limited = existing.getMaximumMessageSize() > 0;
        // so that an administrator's limit stays where this node has none
        long maxBytes =
                settings.streamMaxBytes() == NatsSettings.ANY_SIZE ? existing.getMaxBytes() : settings.streamMaxBytes();
        if (maxAge.equals(existing.getMaxAge())
                && replicas == existing.getReplicas()
                && maxBytes == existing.getMaxBytes()
                && limited) {
            return null;
        }
        StreamConfiguration.Builder builder = StreamConfiguration.builder(existing)
                .maxAge(maxAge)
                .maxBytes(maxBytes)
                .replicas(replicas);
        if (!limited) {
            builder.maximumMessageSize(ReplicationStream.MAX_MESSAGE);
        }
        Duration window = existing.getDuplicateWindow();
        if (window != null && window.compareTo(maxAge) > 0) {
            // the server refuses a window longer than the age; nothing here depends on it
            builder.duplicateWindow(maxAge);
        }
        return builder.build();
    }

    /** Whether a subject, without wildcards, matches a pattern that may have some. */
    static boolean covers(String pattern, String subject) {
        String[] patterns = pattern.split("\\.", -1);
        String[] tokens = subject.split("\\.", -1);
        for (int i = 0; i < patterns.length; i++) {
            if (patterns[i].equals(">")) {
                return tokens.length > i;
            }
            if (i >= tokens.length || !(patterns[i].equals("*") || patterns[i].equals(tokens[i]))) {
                return false;
            }
        }
        return patterns.length == tokens.length;
    }
}
