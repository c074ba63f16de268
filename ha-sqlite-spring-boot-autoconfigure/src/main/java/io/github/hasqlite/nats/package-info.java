/**
 * Replication over NATS JetStream: the publisher, the subscriber, the stream they share, snapshots, leases and
 * the exchange of digests.
 *
 * <p>This room exists so that nothing else needs to know NATS. It promises: messages arrive in stream
 * order, each once, whatever happens to the connection or the server; a publish is reported as stored
 * only if the stream said so; secrets never appear in a
 * log, a message or {@code toString}; every way to fail at start is a {@link
 * io.github.hasqlite.nats.NatsStartException} that says what was attempted, on what, and what to do.
 */
@NullMarked
package io.github.hasqlite.nats;

import org.jspecify.annotations.NullMarked;
