/**
 * What Hibernate has to know of a replicated SQLite: dates that every node reads alike whatever its time zone, locks
 * that lock, errors by SQLState, and large objects that can be read. Knows Hibernate and nothing of Spring.
 */
@NullMarked
package io.github.hasqlite.hibernate;

import org.jspecify.annotations.NullMarked;
