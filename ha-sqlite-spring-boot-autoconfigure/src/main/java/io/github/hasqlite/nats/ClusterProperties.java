package io.github.hasqlite.nats;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.RowIdentify;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be the same on all nodes of a cluster. Whoever creates the stream writes it into a
 * {@linkplain ClusterRecord message beside the stream} and into the stream's description, as {@code
 * ha-sqlite name=value name=value …}; whoever comes later compares. Immutable.
 *
 * <p>The description is what earlier versions read and write; Go nodes overwrite it. Not metadata,
 * because servers before 2.10 have none. What else an administrator wrote into the description stays
 * there, in front.
 */
public final class ClusterProperties {

    private static final String MARK = "ha-sqlite ";
    private static final String SEPARATOR = " ";

    /** What messages look like and how they are applied. */
    private static final String PROTOCOL = "protocol";

    private static final String PROTOCOL_VERSION = "1";
    private static final String COMMIT_MODE = "commit-mode";
    private static final String SUBJECT = "subject";

    private static final String MERGE = "merge";
    private static final String ROW_IDENTIFY = "row-identify";

    /** {@code null} on a node that only reads, for which it makes no difference. */
    private final @Nullable CommitMode commitMode;

    private final MergeMode merge;
    private final RowIdentify rowIdentify;

    private ClusterProperties(@Nullable CommitMode commitMode, MergeMode merge, RowIdentify rowIdentify) {
        this.commitMode = commitMode;
        this.merge = merge;
        this.rowIdentify = rowIdentify;
    }

    /** Those of a node that publishes. */
    public static ClusterProperties of(CommitMode commitMode, MergeMode merge, RowIdentify rowIdentify) {
        return new ClusterProperties(commitMode, merge, rowIdentify);
    }

    /** Those of a read replica: it compares what decides on its content, and writes no description. */
    public static ClusterProperties ofReader(MergeMode merge, RowIdentify rowIdentify) {
        return new ClusterProperties(null, merge, rowIdentify);
    }

    /** Whether this node may say what the stream's cluster has in common. */
    boolean publishes() {
        return commitMode != null;
    }

    /** Whether the stream must hold this database's change sets alone. */
    boolean needsOwnStream() {
        return commitMode == CommitMode.STRICT;
    }

    private Map<String, String> values(NatsSettings settings) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(PROTOCOL, PROTOCOL_VERSION);
        if (commitMode != null) {
            values.put(COMMIT_MODE, commitMode.name().toLowerCase(Locale.ROOT));
        }
        values.put(MERGE, merge.name().toLowerCase(Locale.ROOT));
        values.put(ROW_IDENTIFY, rowIdentify.name().toLowerCase(Locale.ROOT));
        if (needsOwnStream()) {
            values.put(SUBJECT, settings.subject());
        }
        return values;
    }

    /**
     * The description for a stream.
     *
     * @param existing what its description is, {@code null} if it has none
     */
    String description(@Nullable String existing, NatsSettings settings) {
        StringBuilder text = new StringBuilder();
        if (existing != null && !existing.isBlank()) {
            text.append(existing.strip()).append(SEPARATOR);
        }
        text.append(MARK.strip());
        values(settings)
                .forEach((name, value) ->
                        text.append(SEPARATOR).append(name).append('=').append(value));
        return text.toString();
    }

    /** Whether a stream's description says what cluster it belongs to. */
    static boolean isIn(@Nullable String description) {
        return description != null && description.contains(MARK + PROTOCOL + "=");
    }

    /**
     * Compares with what a stream's cluster has said.
     *
     * @param description the record or the description; {@code null} if there is neither
     * @throws ReplicationStartException if this node must not join
     */
    void check(@Nullable String description, NatsSettings settings) {
        String where = "stream '" + settings.stream() + "' at " + settings.maskedServers();
        if (description == null || !isIn(description)) {
            if (needsOwnStream()) {
                throw new ReplicationStartException(
                        "this node's ha.sqlite.commit-mode is strict, but " + where + " holds messages and does not say"
                                + " that all who publish to it are strict",
                        "One node that is not strict would overwrite what others have committed. Set ha.sqlite.stream to"
                                + " the name of a new stream, or ha.sqlite.commit-mode to what the other nodes have.",
                        null);
            }
            return;
        }
        Map<String, String> here = values(settings);
        Map<String, String> there = parse(description);
        for (String name : publishes() ? union(here, there) : here.keySet()) {
            String mine = here.get(name);
            String cluster = there.get(name);
            if (mine == null || !mine.equals(cluster)) {
                throw new ReplicationStartException(
                        "this node has " + property(name) + " = " + shown(mine) + ", but the cluster on " + where
                                + " has " + shown(cluster),
                        action(name, cluster),
                        null);
            }
        }
    }

    private static Iterable<String> union(Map<String, String> here, Map<String, String> there) {
        Map<String, String> all = new LinkedHashMap<>(here);
        there.forEach(all::putIfAbsent);
        return all.keySet();
    }

    private static String property(String name) {
        return switch (name) {
            case PROTOCOL -> "the protocol version";
            case SUBJECT -> "the subject (ha.sqlite.replication-id)";
            default -> "ha.sqlite." + name;
        };
    }

    private static String shown(@Nullable String value) {
        return value == null ? "no such setting" : value;
    }

    private static String action(String name, @Nullable String cluster) {
        return switch (name) {
            case PROTOCOL -> "Use the same version of ha-sqlite on all nodes.";
            case SUBJECT ->
                "In strict mode each database needs a stream of its own: set ha.sqlite.stream to another name, or"
                        + " ha.sqlite.replication-id to that of the other nodes.";
            default ->
                (cluster == null
                                ? "Use the same version of ha-sqlite on all nodes"
                                : "Set " + property(name) + " to " + cluster + " on this node")
                        + ", or, to change it for all: let every node catch up, stop them all, set ha.sqlite.stream to a"
                        + " new name, and start with one node's database.";
        };
    }

    private static Map<String, String> parse(String description) {
        Map<String, String> values = new LinkedHashMap<>();
        String list = description.substring(description.lastIndexOf(MARK + PROTOCOL + "=") + MARK.length());
        for (String pair : list.split(SEPARATOR, -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return values;
    }
}
