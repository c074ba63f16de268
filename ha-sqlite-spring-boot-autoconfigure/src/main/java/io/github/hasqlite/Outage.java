package io.github.hasqlite;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that does not work at the moment.
 *
 * @param reason what it is and why, for people; without secrets
 * @param since when it began, by this node's clock
 */
public record Outage(String reason, Instant since) {

    public Outage {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(since, "since");
    }
}
