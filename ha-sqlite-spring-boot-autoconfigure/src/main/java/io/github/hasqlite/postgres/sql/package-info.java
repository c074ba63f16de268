/**
 * PostgreSQL's spellings, as SQLite understands them: tokens by PostgreSQL's rules, and the few rewritings whose meaning
 * is the same. Promises: what is not known here goes to SQLite as it was written; nothing inside a text or a quoted name
 * is touched.
 */
@NullMarked
package io.github.hasqlite.postgres.sql;

import org.jspecify.annotations.NullMarked;
