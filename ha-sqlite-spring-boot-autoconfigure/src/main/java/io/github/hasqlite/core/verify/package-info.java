/**
 * Digests of the tables at one sequence of the stream, and their comparison between nodes.
 *
 * <p>Promises that equal databases have equal digests on every machine, whatever their files look like, and that
 * different ones are told, with the table that differs.
 */
@NullMarked
package io.github.hasqlite.core.verify;

import org.jspecify.annotations.NullMarked;
