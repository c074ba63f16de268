package io.github.hasqlite.postgres;

import java.sql.SQLException;

/** Takes what a client copies in, in pieces that end anywhere. Not thread-safe. */
interface CopyInput {

    /**
     * Takes a piece.
     *
     * @throws SQLException if it has no such form, or a row cannot be taken
     */
    void push(byte[] bytes) throws SQLException;

    /**
     * Nothing more comes.
     *
     * @throws SQLException if something is missing
     */
    void finish() throws SQLException;
}
