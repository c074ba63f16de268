/**
 * Brings a node to what the stream says: the inbox, the place in the stream, the rebase that keeps what is pending
 * on top, conflicts, dead letters, and the applier whose thread does it for one message after the other.
 *
 * <p>Promises rules R4, R5 and R8: each message takes effect once, at its place, together with the note of its
 * sequence; what was overwritten unseen is recorded; what fails is tried again or stops the node, and is never
 * skipped without a word. A change set that comes in parts takes effect at its last part, and until then its parts
 * wait in the database; a large one is read from there change by change.
 */
@NullMarked
package io.github.hasqlite.core.replay;

import org.jspecify.annotations.NullMarked;
