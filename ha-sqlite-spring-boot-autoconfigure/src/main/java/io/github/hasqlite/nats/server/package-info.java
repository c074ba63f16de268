/**
 * The official nats-server as a child process of the application.
 *
 * <p>Promises that an embedded server never outlives its JVM, that two never share a store, that it listens beyond
 * loopback only with credentials, and that what it says when it fails is in the exception.
 */
@NullMarked
package io.github.hasqlite.nats.server;

import org.jspecify.annotations.NullMarked;
