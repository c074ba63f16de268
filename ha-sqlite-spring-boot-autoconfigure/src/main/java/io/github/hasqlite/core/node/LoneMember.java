package io.github.hasqlite.core.node;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * Where nothing is replicated: there is one node.
 *
 * @param self what it is
 */
public record LoneMember(ClusterMember self) implements ClusterMembers {

    @Override
    public List<ClusterMember> list() {
        return List.of(self);
    }

    @Override
    public void remove(String name) throws IOException {
        if (name.equals(self.name())) {
            throw new IllegalArgumentException("node " + name + " cannot remove itself");
        }
        throw new IOException(
                "node " + self.name() + " does not replicate and knows no others. Set ha.sqlite.replication-url");
    }

    @Override
    public boolean admit(String name) {
        return false;
    }

    @Override
    public List<String> removed() {
        return List.of();
    }

    @Override
    public void addListener(Listener listener) {
        Objects.requireNonNull(listener, "listener");
    }
}
