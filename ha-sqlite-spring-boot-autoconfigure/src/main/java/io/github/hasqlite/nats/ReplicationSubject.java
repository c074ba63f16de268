package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamInfoOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On which subject a database's change sets travel: the stream's name and the replication id, in which what
 * cannot be in a subject is replaced as the Go implementation does it, so that the two meet. Earlier versions
 * replaced nothing; a cluster that has begun so goes on so.
 *
 * <p>The rule is that of go-ha 0.11: each of {@code . / * >} and each blank becomes {@code _}, underscores at
 * both ends go, and of more than 32 bytes the last 32 stay.
 */
public final class ReplicationSubject {

    private static final Logger log = LoggerFactory.getLogger(ReplicationSubject.class);

    private static final int MAX_BYTES = 32;

    /** What Go's {@code \s} matches is less than Java's: no vertical tab. */
    private static final Pattern REPLACED = Pattern.compile("[./*> \\t\\n\\f\\r]");

    private static final Pattern UNDERSCORES_AT_ENDS = Pattern.compile("^_+|_+$");

    private ReplicationSubject() {}

    /** The last part of the subject; empty if nothing of the id can be in one. */
    public static String token(String replicationId) {
        String replaced = REPLACED.matcher(replicationId).replaceAll("_");
        String token = UNDERSCORES_AT_ENDS.matcher(replaced).replaceAll("");
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_BYTES
                ? token
                : new String(bytes, bytes.length - MAX_BYTES, MAX_BYTES, StandardCharsets.UTF_8);
    }

    /** The subject of a database. */
    public static String of(String stream, String replicationId) {
        return stream + "." + token(replicationId);
    }

    /**
     * Settings with the subject on which the cluster's change sets are: that of earlier versions where the
     * stream shows that it is in use. Where the stream cannot be asked, what was found the last time.
     *
     * @param settings with the subject that this version would choose
     * @param replicationId as configured
     * @param note a file in which to keep what was found; {@code null} to keep nothing
     * @throws NatsStartException if a server answers, but cannot be used
     */
    public static NatsSettings settle(NatsSettings settings, String replicationId, @Nullable Path note) {
        String former = settings.stream() + "." + replicationId;
        if (former.equals(settings.subject()) || !NatsSettings.isSubject(former)) {
            return settings;
        }
        String subject;
        try (NatsLink link = new NatsLink(settings, "subject", builder -> builder)) {
            link.connect();
            subject = inUse(link, former) ? former : settings.subject();
            keep(note, subject);
        } catch (NatsStartException e) {
            if (!(e.reason() instanceof NatsStartException.Unreachable)) {
                throw e;
            }
            subject = kept(note, former, settings.subject(), e);
        } catch (IOException | JetStreamApiException e) {
            subject = kept(note, former, settings.subject(), e);
        }
        if (subject.equals(former)) {
            log.info(
                    "Change sets stay on the subject '{}', where this cluster has begun; Go nodes use '{}'",
                    former,
                    settings.subject());
        }
        String used = subject;
        return settings.with(to -> to.subject(used));
    }

    private static boolean inUse(NatsLink link, String former) throws IOException, JetStreamApiException {
        NatsSettings settings = link.settings();
        JetStreamManagement management = link.connection().jetStreamManagement();
        StreamInfo info;
        try {
            info = management.getStreamInfo(
                    settings.stream(), StreamInfoOptions.filterSubjects(settings.stream() + ".>"));
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() == JetStreamErrors.NOT_FOUND) {
                return false;
            }
            throw e;
        }
        Map<String, Long> subjects = info.getStreamState().getSubjectMap();
        boolean hasFormer = subjects.containsKey(former);
        boolean hasPresent = subjects.containsKey(settings.subject());
        if (hasFormer && hasPresent) {
            log.warn(
                    "Stream '{}' has messages on '{}', which this cluster uses, and on '{}', which Go nodes of this"
                            + " replication id use: the two do not see each other. To bring them together, let every"
                            + " node catch up, stop them all, set ha.sqlite.stream to a new name, and start with one"
                            + " node's database.",
                    settings.stream(),
                    former,
                    settings.subject());
        }
        return hasFormer
                || info.getConfiguration().getSubjects().equals(List.of(former))
                || (!hasPresent
                        && hasSnapshot(link, former.substring(settings.stream().length() + 1)));
    }

    private static boolean hasSnapshot(NatsLink link, String replicationId) throws IOException, JetStreamApiException {
        for (MessageInfo meta : new SnapshotBucket(link).metas()) {
            if (SnapshotObject.parse(meta, replicationId) != null) {
                return true;
            }
        }
        return false;
    }

    private static void keep(@Nullable Path note, String subject) throws IOException {
        if (note != null && !(Files.exists(note) && Files.readString(note).equals(subject))) {
            Files.writeString(note, subject);
        }
    }

    /** A node that has no note has followed an earlier version's stream, or begins anew and needs the stream. */
    private static String kept(@Nullable Path note, String former, String present, Exception unasked) {
        String subject = former;
        try {
            if (note != null && Files.exists(note) && Files.readString(note).equals(present)) {
                subject = present;
            }
        } catch (IOException e) {
            log.warn("Cannot read {}", note, e);
        }
        log.info(
                "Whether change sets are on '{}' cannot be asked now ({}); taking it that they are on '{}'",
                former,
                unasked.getMessage(),
                subject);
        return subject;
    }
}
