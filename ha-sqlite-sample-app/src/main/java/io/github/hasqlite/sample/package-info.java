/**
 * A task board whose every node has the same SQLite database.
 *
 * <p>Nothing in here knows about replication: it is written against Spring's {@code JdbcClient} as it would be for any
 * other database.
 */
@NullMarked
package io.github.hasqlite.sample;

import org.jspecify.annotations.NullMarked;
