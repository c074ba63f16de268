package io.github.hasqlite.core.node;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.LeadershipGained;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where nothing is replicated: the one node that there is leads.
 *
 * @param node its name
 * @param address where it can be reached, or {@code null}
 */
public record LoneLeader(String node, @Nullable String address) implements ClusterLeader {

    private static final long TOKEN = 1;

    @Override
    public boolean isLeader() {
        return true;
    }

    @Override
    public long token() {
        return TOKEN;
    }

    @Override
    public Leader leader() {
        return new Leader(node, address, TOKEN);
    }

    @Override
    public void addListener(Listener listener) {
        Objects.requireNonNull(listener, "listener").gained(new LeadershipGained(node, TOKEN));
    }
}
