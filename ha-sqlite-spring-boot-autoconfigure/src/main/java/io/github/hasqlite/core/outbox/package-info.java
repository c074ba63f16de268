/**
 * Committed change sets on their way to the stream: the table that holds them until the stream has
 * them, the queue of those still pending, and the relay that publishes them in order.
 *
 * <p>Promises: a change set is in the outbox if and only if its transaction committed (rule R3); it
 * is handed to the publisher in commit order, and after any doubt again from the first one that was
 * not acknowledged (rule R4); it leaves the outbox only when the stream has it, all of it if it
 * travels in parts. What is large is written in chunks and read in chunks, never held in memory.
 */
@NullMarked
package io.github.hasqlite.core.outbox;

import org.jspecify.annotations.NullMarked;
