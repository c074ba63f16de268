/**
 * Puts a node together from the parts of all other rooms of {@code core}, starts it and stops it.
 *
 * <p>It knows neither Spring nor NATS: what carries messages is given to it. It promises that making a {@link
 * io.github.hasqlite.core.node.ReplicationNode} touches nothing, that a node which has started has caught up, and that
 * one which was closed, or could not start, leaves no thread, no lock and no open file.
 */
@NullMarked
package io.github.hasqlite.core.node;

import org.jspecify.annotations.NullMarked;
