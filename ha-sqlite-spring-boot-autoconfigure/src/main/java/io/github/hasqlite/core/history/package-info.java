/**
 * The stream as a history: what was changed when and by whom, taking it back, and following it from any place on.
 *
 * <p>Promises: what is shown is what this node has accepted, in the order of the stream; what is taken back is one
 * ordinary transaction that leaves exactly the rows that it said it would, or none; nothing is taken back that would
 * undo a change of somebody else, unless that was asked for; and nothing here holds the write lock while it reads the
 * stream.
 */
@NullMarked
package io.github.hasqlite.core.history;

import org.jspecify.annotations.NullMarked;
