/**
 * What the core has of time, chance, threads and waiting: one object, {@link
 * io.github.hasqlite.core.runtime.NodeRuntime}, that is handed to whoever needs any of them.
 *
 * <p>It exists so that a simulation can run the node that runs in production. There, only one thread runs at a time: at
 * each call that may block, the thread hands the baton on, a seed chooses who gets it, and time jumps to the next timer
 * when nobody can run. So whatever happens between two such calls happens in one piece, and one seed is one history. For
 * that to hold, each place where a thread of the core can block is a call of this object, and none of them is made while
 * a plain monitor ({@code synchronized}) is held: whoever else wants that monitor would hold the baton and wait for ever.
 * A short {@code synchronized} section in which nobody waits is fine.
 *
 * <p>Not of this object is what SQLite and the connection pools do when they are waited for, and what the file system
 * and the transport do.
 *
 * <p>Uses the JDK alone.
 */
@NullMarked
package io.github.hasqlite.core.runtime;

import org.jspecify.annotations.NullMarked;
