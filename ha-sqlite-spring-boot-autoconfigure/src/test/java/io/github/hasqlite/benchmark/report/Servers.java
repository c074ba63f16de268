package io.github.hasqlite.benchmark.report;

import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.NatsServer;

/** One nats-server or three of a cluster, and when they have what they acknowledge on the disk. */
public enum Servers {
    ONE("one server", 1, false),
    ONE_SYNCING("one server, sync_interval: always", 1, true),
    THREE("three servers", 3, false),
    THREE_SYNCING("three servers, sync_interval: always", 3, true);

    private final String text;
    private final int replicas;
    private final boolean syncing;

    Servers(String text, int replicas, boolean syncing) {
        this.text = text;
        this.replicas = replicas;
        this.syncing = syncing;
    }

    /** Those that run; ended with this. */
    public record Running(String url, int replicas, AutoCloseable processes) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            processes.close();
        }
    }

    /** Starts them. */
    public Running start() {
        if (replicas == 1) {
            NatsServer server = syncing ? NatsServer.startSyncing() : NatsServer.start();
            return new Running(server.url(), 1, server);
        }
        NatsCluster cluster =
                syncing ? NatsCluster.startSyncing(NatsServer.program()) : NatsCluster.start(NatsServer.program());
        return new Running(cluster.server(0).url(), replicas, cluster);
    }

    /** Whether they have on the disk what they acknowledge. */
    public boolean isSyncing() {
        return syncing;
    }

    @Override
    public String toString() {
        return text;
    }
}
