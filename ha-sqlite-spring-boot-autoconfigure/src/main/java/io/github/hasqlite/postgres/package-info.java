/**
 * PostgreSQL's protocol over the gateway: a {@link io.github.hasqlite.postgres.PostgresServer} lets psql, drivers and
 * tools of PostgreSQL into the database.
 *
 * <p>Promises: an event loop never waits for the database, and a connection has a thread only while a statement of it
 * runs; a client that stops in the middle of something holds neither; nothing of the database is said before a password
 * is proven, if there is one; what PostgreSQL's clients ask of its catalog is answered beside the database, which has
 * nothing in it for that.
 */
@NullMarked
package io.github.hasqlite.postgres;

import org.jspecify.annotations.NullMarked;
