/**
 * Copies of the database that hold exactly what the stream says up to one sequence: taking them while
 * the node goes on, keeping them in a store, getting them back, and choosing the one that helps.
 *
 * <p>Promises that a file which comes out of here is what a node put in: it has the digest that was
 * noted when it was taken, and SQLite finds nothing wrong with it. Nothing is removed from the store
 * before its replacement is there completely.
 */
@NullMarked
package io.github.hasqlite.core.snapshot;

import org.jspecify.annotations.NullMarked;
