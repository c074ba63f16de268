package io.github.hasqlite;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node as it has described itself last.
 *
 * @param name its name
 * @param id of this start of the node: no two starts have the same
 * @param started when it was started, by its own clock
 * @param address the base URL at which it says that its HTTP server can be reached, or {@code null}
 * @param commitMode its commit mode
 * @param readOnly whether it is a read replica
 * @param version its version of this library; empty if it does not know
 * @param appliedSequence the stream sequence up to which it had applied everything
 * @param lagMessages how many messages it knew of and had not applied
 * @param server the name of the NATS server that it runs, or {@code null} if it runs none
 * @param silence how long ago that was heard, by the clock of the node that is asked; zero for that node itself
 */
public record ClusterMember(
        String name,
        String id,
        Instant started,
        @Nullable String address,
        CommitMode commitMode,
        boolean readOnly,
        String version,
        long appliedSequence,
        long lagMessages,
        @Nullable String server,
        Duration silence) {}
