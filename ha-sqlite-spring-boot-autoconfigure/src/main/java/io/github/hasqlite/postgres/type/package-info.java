/**
 * PostgreSQL's types for SQLite's values: which type a column is announced with, and what its values look like as text
 * and in binary. Promises: a value that a type has no faithful form for is an error (22P02), never something else.
 */
@NullMarked
package io.github.hasqlite.postgres.type;

import org.jspecify.annotations.NullMarked;
