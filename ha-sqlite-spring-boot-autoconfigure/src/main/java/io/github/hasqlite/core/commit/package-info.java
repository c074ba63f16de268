/**
 * What a commit does in each mode: into the outbox, or first to its place in the stream.
 *
 * <p>Promises rules R2, R3 and R9: a commit that succeeded is in the outbox or in the stream; one that failed has
 * changed nothing, or says that its outcome is unknown; schema changes and {@code strict} commits take effect where
 * compare-and-set put them.
 */
@NullMarked
package io.github.hasqlite.core.commit;

import org.jspecify.annotations.NullMarked;
