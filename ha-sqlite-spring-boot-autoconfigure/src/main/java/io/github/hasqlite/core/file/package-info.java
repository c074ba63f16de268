/**
 * The ground under all rooms: files that belong to one process at a time, temporary files, digests, and streams over
 * bytes that come or go in chunks.
 *
 * <p>Knows the JDK alone, neither SQLite nor change sets, so that every room may use it.
 */
@NullMarked
package io.github.hasqlite.core.file;

import org.jspecify.annotations.NullMarked;
