/**
 * What PostgreSQL's clients ask about the schema: {@code pg_catalog} and {@code information_schema}, as tables of a SQLite
 * database in memory that is filled from the schema of the real one, whenever that has changed. Promises: questions are
 * answered as of the transaction that asks; nothing is written to the real database for it.
 */
@NullMarked
package io.github.hasqlite.postgres.catalog;

import org.jspecify.annotations.NullMarked;
