package io.github.hasqlite.core.changeset;

/**
 * One part of a message that was too large to travel in one piece.
 *
 * @param publisher who published it, never empty
 * @param counter the place of the whole change set in that publisher's sequence, from 1
 * @param part which part this is, from 1
 * @param parts how many there are, from {@code part}
 * @param compressed whether what all the parts hold together is compressed
 * @param size bytes of the message put together, uncompressed
 * @param data what this part holds, never empty; not to be modified
 */
public record Fragment(String publisher, long counter, int part, int parts, boolean compressed, int size, byte[] data) {

    /** Whether no part comes after this one. */
    public boolean isLast() {
        return part == parts;
    }
}
