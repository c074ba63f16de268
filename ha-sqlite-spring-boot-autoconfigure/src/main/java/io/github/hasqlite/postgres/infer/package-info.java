/**
 * What PostgreSQL would know of a statement before it runs: types of parameters, of literals and of what is answered,
 * names of columns; and casts and sums of times, spelled for SQLite. Promises: what is not understood is left as it is.
 */
@NullMarked
package io.github.hasqlite.postgres.infer;

import org.jspecify.annotations.NullMarked;
