package io.github.hasqlite.actuate;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.health.contributor.Health;

/**
 * What replication does, and what somebody who operates it can do about it. Nothing that only reads takes a connection
 * of the pool that writes. What changes something is open only where {@code management.endpoint.hasqlite.access} is
 * {@code unrestricted}.
 */
@Endpoint(id = "hasqlite", defaultAccess = Access.READ_ONLY)
public final class HaSqliteEndpoint {

    private static final int LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;

    private final OperatedDatabases databases;
    private final RecentChangeSets recent;

    HaSqliteEndpoint(OperatedDatabases databases, RecentChangeSets recent) {
        this.databases = databases;
        this.recent = recent;
    }

    /** How all databases are doing. */
    @ReadOperation
    public Map<String, Object> databases() {
        Map<String, Object> described = new LinkedHashMap<>();
        databases.all().forEach((name, database) -> described.put(name, status(database)));
        return Map.of("databases", described);
    }

    /**
     * How one is doing, as health says it.
     *
     * @param database {@code app}, or its name under {@code ha.sqlite.databases}
     */
    @ReadOperation
    public Map<String, Object> database(@Selector String database) {
        return status(find(database));
    }

    private static Map<String, Object> status(OperatedDatabase database) {
        Health health = database.indicator().health();
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("status", health.getStatus().getCode());
        described.putAll(health.getDetails());
        return described;
    }

    /**
     * One part of what is known of a database.
     *
     * @param part {@code members}, {@code conflicts}, {@code dead-letters} or {@code history}
     * @param limit how many entries at most, the newest first; by default 50
     */
    @ReadOperation
    public Map<String, Object> part(@Selector String database, @Selector String part, @Nullable String limit) {
        OperatedDatabase operated = find(database);
        int most = limit(limit);
        return switch (part) {
            case "members" -> members(operated);
            case "conflicts" ->
                Map.of(part, read(() -> new ReplicationRecords(operated.dataSource()).conflicts(most), operated));
            case "dead-letters" ->
                Map.of(part, read(() -> new ReplicationRecords(operated.dataSource()).deadLetters(most), operated));
            case "history" -> Map.of(part, recent.list(operated.name(), most));
            default ->
                throw EndpointProblem.unknown(
                        "There is no " + part + " of a database.",
                        "Ask for members, conflicts, dead-letters or history.");
        };
    }

    /**
     * The conflicts of one change set, with the rows that lost.
     *
     * @param part {@code conflicts}
     * @param sequence the change set's place in the stream
     */
    @ReadOperation
    public Map<String, Object> entry(@Selector String database, @Selector String part, @Selector String sequence) {
        OperatedDatabase operated = find(database);
        if (!part.equals("conflicts")) {
            throw EndpointProblem.unknown(
                    "There is nothing more about one of the " + part + ".", "Ask for conflicts/" + sequence + ".");
        }
        if (!sequence.matches("[0-9]{1,18}")) {
            throw EndpointProblem.wrong(
                    "The sequence is " + sequence + ".", "It is a number; take one from the list of conflicts.");
        }
        List<Map<String, Object>> found = read(
                () -> new ReplicationRecords(operated.dataSource()).conflictsOf(Long.parseLong(sequence)), operated);
        if (found.isEmpty()) {
            throw EndpointProblem.unknown(
                    "No conflict of change set " + sequence + " is kept on this node.",
                    "Take a sequence from the list of conflicts; they are kept for seven days.");
        }
        return Map.of(part, found);
    }

    /**
     * Does something on this node.
     *
     * @param operation {@code snapshot}, {@code retry}, {@code skip}, {@code verify}, {@code repair}, {@code remove} or
     *     {@code admit}
     * @param node which member is removed or admitted, or whose snapshot repairs this node
     * @param timeout how long a verification waits for the other nodes, such as {@code 10s}; by default 30 s
     */
    @WriteOperation
    public Map<String, Object> operate(
            @Selector String database, @Selector String operation, @Nullable String node, @Nullable String timeout) {
        Operations operations = new Operations(find(database));
        return switch (operation) {
            case "snapshot" -> operations.snapshot();
            case "retry" -> operations.retry();
            case "skip" -> operations.skip();
            case "verify" -> operations.verify(timeout);
            case "repair" -> operations.repair(node);
            case "remove" -> operations.remove(node);
            case "admit" -> operations.admit(node);
            default ->
                throw EndpointProblem.unknown(
                        "There is no operation " + operation + ".",
                        "Use snapshot, retry, skip, verify, repair, remove or admit.");
        };
    }

    private OperatedDatabase find(String name) {
        OperatedDatabase found = databases.all().get(name);
        if (found == null) {
            throw EndpointProblem.unknown(
                    "There is no database " + name + ".",
                    "This application has " + String.join(", ", databases.all().keySet()) + ".");
        }
        return found;
    }

    /** Parameters are taken as text, so that this says what is wrong with them. */
    private static int limit(@Nullable String limit) {
        if (limit == null) {
            return LIMIT;
        }
        if (!limit.matches("[0-9]{1,9}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MAX_LIMIT) {
            throw EndpointProblem.wrong("limit is " + limit + ".", "Take 1 to " + MAX_LIMIT + ".");
        }
        return Integer.parseInt(limit);
    }

    private static Map<String, Object> members(OperatedDatabase database) {
        ClusterMembers members = database.facts().members();
        if (members == null) {
            throw Operations.noMembers();
        }
        ClusterLeader leadership = database.facts().leader();
        ClusterLeader.Leader leader = leadership == null ? null : leadership.leader();
        List<Map<String, Object>> described = new ArrayList<>();
        members.list().forEach(member -> described.add(described(member, leader)));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("members", described);
        try {
            answer.put("removed", members.removed());
        } catch (IOException e) {
            answer.put("removedUnknown", "the servers cannot be asked: " + e.getMessage());
        }
        return answer;
    }

    private static Map<String, Object> described(ClusterMember member, ClusterLeader.@Nullable Leader leader) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", member.name());
        described.put(
                "role",
                leader != null && leader.node().equals(member.name())
                        ? "leader"
                        : member.readOnly() ? "reader" : "writer");
        described.put("started", member.started());
        if (member.address() != null) {
            described.put("address", member.address());
        }
        described.put("commitMode", member.commitMode().name().toLowerCase(Locale.ROOT));
        described.put("version", member.version());
        described.put("appliedSequence", member.appliedSequence());
        described.put("lagMessages", member.lagMessages());
        if (member.server() != null) {
            described.put("server", member.server());
        }
        described.put("silenceMillis", member.silence().toMillis());
        return described;
    }

    /** Reads from the database. */
    private interface Reading<T> {
        T read() throws SQLException;
    }

    private static <T> T read(Reading<T> reading, OperatedDatabase database) {
        if (!database.dataSource().replicationStatus().replicating()) {
            throw EndpointProblem.impossible(
                    "Database " + database.name() + " does not replicate.",
                    "Set ha.sqlite.replication-url or ha.sqlite.nats.embedded.enabled.");
        }
        try {
            return reading.read();
        } catch (SQLException e) {
            throw EndpointProblem.failed(
                    "Database " + database.name() + " could not be read: " + e.getMessage() + ".",
                    "Try again; if readers wait for connections, raise ha.sqlite.pool.readers.",
                    e);
        }
    }
}
