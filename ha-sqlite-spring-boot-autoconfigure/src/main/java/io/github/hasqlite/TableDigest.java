package io.github.hasqlite;

/**
 * What a table holds and how it is declared, in a few bytes. It does not depend on the order of the rows or
 * on rowids that no column shows, except those of virtual tables.
 *
 * @param rows how many rows there are; for full-text tables and R-Trees the rows and words that queries see; 0 for other
 *     virtual tables, of which only the declaration counts
 * @param sha256 the digest, 64 lower-case hexadecimal digits
 */
public record TableDigest(long rows, String sha256) {}
