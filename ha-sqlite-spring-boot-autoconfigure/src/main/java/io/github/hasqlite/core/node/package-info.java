/**
 * Puts a node together from the parts of all other rooms of {@code core}, starts it and stops it.
 *
 * <p>It knows neither Spring nor NATS: what carries messages is given to it. It promises that a node which has
 * started has caught up, and that closing it leaves no thread, no lock and no open file.
 */
@NullMarked
package io.github.hasqlite.core.node;

import org.jspecify.annotations.NullMarked;
