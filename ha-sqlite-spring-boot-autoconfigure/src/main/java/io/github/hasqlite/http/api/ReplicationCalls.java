package io.github.hasqlite.http.api;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.ReplicationStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The nodes that replicate this database, as this node knows them. Thread-safe. */
final class ReplicationCalls {

    private final ApiNode node;

    ReplicationCalls(ApiNode node) {
        this.node = node;
    }

    /** GET: all, or those of one name. */
    void list(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        List<Map<String, Object>> replications = new ArrayList<>();
        ClusterMembers members = node.members();
        if (members == null) {
            Map<String, Object> self = new LinkedHashMap<>();
            self.put("name", node.dataSource().replicationStatus().node());
            addStatus(self);
            replications.add(self);
        } else {
            String leader = leader();
            List<ClusterMember> all = members.list();
            for (int i = 0; i < all.size(); i++) {
                replications.add(described(all.get(i), i == 0, leader));
            }
        }
        if (!name.isEmpty()) {
            replications.removeIf(each -> !name.equals(each.get("name")));
            if (replications.isEmpty()) {
                throw new ApiException(
                        new Problem(404, "No node with this name is known. GET on replications lists those that are."));
            }
        }
        JsonAnswer.send(exchange, 200, Map.of("replications", replications));
    }

    private @Nullable String leader() {
        ClusterLeader known = node.leader();
        ClusterLeader.Leader leads = known == null ? null : known.leader();
        return leads == null ? null : leads.node();
    }

    private Map<String, Object> described(ClusterMember member, boolean self, @Nullable String leader) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", member.name());
        described.put("id", member.id());
        described.put("started", member.started());
        if (member.address() != null) {
            described.put("address", member.address());
        }
        described.put("commitMode", member.commitMode().name().toLowerCase(Locale.ROOT));
        described.put("readOnly", member.readOnly());
        described.put("version", member.version());
        described.put("leader", member.name().equals(leader));
        described.put("self", self);
        described.put("silence", member.silence());
        if (self) {
            addStatus(described);
        } else {
            described.put("appliedSequence", member.appliedSequence());
            described.put("lagMessages", member.lagMessages());
        }
        return described;
    }

    /** What only a node itself knows. */
    private void addStatus(Map<String, Object> described) {
        ReplicationStatus status = node.dataSource().replicationStatus();
        described.put("replicating", status.replicating());
        described.put("connected", status.connected());
        described.put("appliedSequence", status.appliedSequence());
        described.put("lagMessages", status.lagMessages());
        described.put("streamSequence", status.streamSequence());
        described.put("outboxLength", status.outboxLength());
        if (status.halted() != null) {
            described.put("halted", status.halted());
        }
    }

    /** DELETE: removes a node for good. */
    void remove(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        ClusterMembers members = node.members();
        if (members == null) {
            throw new ApiException(new Problem(
                    409,
                    "This node knows of no others: it does not replicate, or ha.sqlite.members.enabled is false."));
        }
        try {
            members.remove(name);
        } catch (IllegalArgumentException e) {
            throw new ApiException(new Problem(409, e.getMessage() + "."), e);
        } catch (IOException e) {
            throw new ApiException(
                            new Problem(503, name + " may be removed or not: " + e.getMessage() + ". Ask again."), e)
                    .with("Retry-After", "1");
        }
        exchange.status(204);
    }
}
