/**
 * Connections and statements that look like sqlite-jdbc's and replicate what they commit.
 *
 * <p>Promises: SQL, results, update counts, generated keys and errors are those of sqlite-jdbc; a
 * write transaction begins IMMEDIATE and holds the one write lock of the process; a transaction that
 * only reads never waits for it; what is handed to the {@link io.github.hasqlite.core.jdbc.CommitLog} is
 * what was committed, in commit order.
 *
 * <p>The statements are subclasses of sqlite-jdbc's own, so that nothing is wrapped on the way of a
 * read and the values bound to a statement are at hand exactly as the driver binds them.
 */
@NullMarked
package io.github.hasqlite.core.jdbc;

import org.jspecify.annotations.NullMarked;
