/**
 * SQL from outside: the one way in for the protocols. A {@link io.github.hasqlite.core.gateway.SqlGateway} opens
 * sessions, one for each client; a session prepares statements, which answer typed results.
 *
 * <p>Promises: what reaches outside of the database, or for what belongs to replication, is refused (SQLState 42501)
 * whoever asks; no client holds the write lock for longer than the limit of a transaction, nor a connection for longer
 * than the limit of a statement, whether it reads its rows or not; values have the type that SQLite stores; errors have
 * an SQLState.
 */
@NullMarked
package io.github.hasqlite.core.gateway;

import org.jspecify.annotations.NullMarked;
