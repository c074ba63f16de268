/**
 * The public API: change sets and what an application may put in their way, the replicating data
 * source, and what it reports about itself.
 *
 * <p>Everything here depends on the JDK alone, so that an interceptor or a custom publisher can be
 * written and tested without Spring, NATS or SQLite on the class path.
 */
@NullMarked
package io.github.hasqlite;

import org.jspecify.annotations.NullMarked;
