/**
 * Functions that SQLite calls for statements of PostgreSQL's clients: casts, and sums of times. Promises: they are
 * deterministic, and no schema can use them.
 */
@NullMarked
package io.github.hasqlite.postgres.function;

import org.jspecify.annotations.NullMarked;
