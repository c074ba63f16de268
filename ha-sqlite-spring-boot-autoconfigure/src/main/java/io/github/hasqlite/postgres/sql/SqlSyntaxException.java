package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;

/** SQL that cannot be read, with the place. */
public final class SqlSyntaxException extends SQLException {

    private static final long serialVersionUID = 1L;

    private final int position;

    /** @param position of the character in the text, from 1; 0 if it is not known */
    public SqlSyntaxException(String message, String state, int position) {
        super(message, state);
        this.position = position;
    }

    /** Of the character in the text, from 1; 0 if it is not known. */
    public int position() {
        return position;
    }
}
