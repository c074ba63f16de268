package io.github.hasqlite;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Hands out blocks of numbers, each to one node only: the keys of the rows whose {@code INTEGER PRIMARY KEY} an
 * INSERT leaves to SQLite. The nodes of a database share it. Implementations are thread-safe.
 */
public interface KeyBlocks {

    /**
     * Numbers that are one node's alone.
     *
     * @param first the smallest one, at least 1
     * @param last the greatest one, at least {@code first}
     * @param known the greatest number that had been handed out for the table before, to whomever; 0 if none is
     *     known to have been
     */
    record Block(long first, long last, long known) {}

    /**
     * Takes the next numbers of a table. What was handed out is never handed out again, whoever asks, also if the
     * answer got lost.
     *
     * @param table its name; names that differ in the case of the letters A to Z only are the same
     * @param atLeast no smaller number is wanted; at least 1
     * @param size how many numbers; at least 1. There are fewer in front of the greatest number that there is.
     * @return {@code null} if no greater number is left: 9,223,372,036,854,775,807 was handed out
     * @throws IOException if nobody can be asked now, or what is kept of the table cannot be understood, with what to
     *     do then
     */
    @Nullable
    Block lease(String table, long atLeast, int size) throws IOException;
}
