package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the cluster is doing, as this node sees it. */
@RestController
class ClusterController {

    private final HaSqliteDataSource database;
    private final JdbcClient jdbc;
    private final ObjectProvider<ClusterMembers> members;
    private final ObjectProvider<ClusterLeader> leaders;

    ClusterController(
            HaSqliteDataSource database,
            JdbcClient jdbc,
            ObjectProvider<ClusterMembers> members,
            ObjectProvider<ClusterLeader> leaders) {
        this.database = database;
        this.jdbc = jdbc;
        this.members = members;
        this.leaders = leaders;
    }

    @Transactional(readOnly = true)
    @GetMapping("/api/cluster")
    public ClusterView cluster() {
        ReplicationStatus status = database.replicationStatus();
        ClusterMembers known = members.getIfAvailable();
        return ClusterView.of(
                status, known == null ? List.of() : known.list(), leader(), conflicts(status.replicating()));
    }

    private @Nullable String leader() {
        ClusterLeader leadership = leaders.getIfAvailable();
        ClusterLeader.Leader leader = leadership == null ? null : leadership.leader();
        return leader == null ? null : leader.node();
    }

    private long conflicts(boolean replicating) {
        return replicating
                ? jdbc.sql("SELECT count(*) FROM ha_conflicts")
                        .query(Long.class)
                        .single()
                : 0;
    }
}
