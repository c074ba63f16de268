package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.micrometer.observation.ObservationRegistry;

/** Lets programs without Spring observe a node. */
public final class ObservedNode {

    private ObservedNode() {}

    /** From now on its change sets are observed. */
    public static void follow(HaSqliteDataSource dataSource, ObservationRegistry registry) {
        ((ReplicatingDataSource) dataSource)
                .work()
                .follow(new ObservedTracing(
                        registry, dataSource.replicationStatus().node(), "app"));
    }
}
