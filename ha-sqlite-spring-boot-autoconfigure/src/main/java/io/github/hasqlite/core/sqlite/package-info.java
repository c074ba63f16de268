/**
 * SQLite and the text of its language, as everything above needs them: identifiers, definitions of tables, tokens and
 * parsed statements, texts of triggers, statements of our own on a connection, the write lock of the process, online
 * copies and the functions that make keys.
 *
 * <p>Knows nothing of replication. Reading of SQL text is exact for what SQLite accepts, and says so where it cannot
 * be certain.
 */
@NullMarked
package io.github.hasqlite.core.sqlite;

import org.jspecify.annotations.NullMarked;
