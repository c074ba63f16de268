package io.github.hasqlite.sample.cluster;

import jakarta.validation.constraints.Positive;

/**
 * What a client wants taken back.
 *
 * @param position the change set's place in the stream
 * @param dryRun whether to say only what would become of each row
 * @param takeAlong whether what is in the way is taken back, too
 */
record UndoOrder(@Positive long position, boolean dryRun, boolean takeAlong) {}
