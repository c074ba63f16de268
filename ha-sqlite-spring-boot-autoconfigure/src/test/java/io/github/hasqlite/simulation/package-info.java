/**
 * A cluster of production nodes, played from one seed: real nodes on real files, with a runtime in which one thread runs
 * at a time and time is virtual, over a stream in memory that loses, repeats and delays messages.
 */
@NullMarked
package io.github.hasqlite.simulation;

import org.jspecify.annotations.NullMarked;
