/**
 * The HTTP API: SQL, copies and members for clients that are not the application. One protocol for all kinds of servers:
 * a {@link io.github.hasqlite.http.api.SqlApi} answers an {@link io.github.hasqlite.http.api.ApiExchange}, which adapters
 * make of a request.
 *
 * <p>It knows the gateway, and neither servlets, Spring nor NATS. It promises that nothing of a request is read before
 * it is known who sends it; that a request whose body is wrong, too large or too slow takes no connection, lock or
 * session; that an answer is complete, or ends so that its client notices; and that errors are problems as RFC 9457 has
 * them, with SQLState and SQLite's code.
 */
@NullMarked
package io.github.hasqlite.http.api;

import org.jspecify.annotations.NullMarked;
