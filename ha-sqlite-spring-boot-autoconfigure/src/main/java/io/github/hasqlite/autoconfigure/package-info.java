/**
 * Offers a node to Spring Boot, over NATS if that is configured.
 *
 * <p>It exists so that no other package needs to know Spring. It promises: with
 * the starter and {@code ha.sqlite.path}, the application's {@code DataSource} is the replicated
 * database; every part that an application may want to replace backs off when it defines its own; the
 * context closes the DataSource first, then the link to the stream, then an embedded server; every way
 * to fail at start is explained with what to do about it, and no secret.
 */
@NullMarked
package io.github.hasqlite.autoconfigure;

import org.jspecify.annotations.NullMarked;
