/**
 * Brings the database to what the stream says: the deterministic function that applies one change
 * set, the rebase that keeps what is pending on top, the record of what was overwritten unseen, and the
 * thread that does it for one message after the other.
 *
 * <p>Promises rules R4 to R6 and R8 of the design: what a change set does depends on the database and the
 * message alone, so all nodes that apply the same stream end with the same content; a change set takes
 * effect whole or not at all; triggers of the application stay silent, because their effects are in
 * the change set already; nothing from a message is executed that is not a change. A change set that comes in parts takes
 * effect at its last part, and until then its parts wait in the database; a large one is read from there
 * change by change.
 */
@NullMarked
package io.github.hasqlite.apply;

import org.jspecify.annotations.NullMarked;
