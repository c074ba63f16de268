package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
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

    /** What is to be said of a token that does not belong where it stands. */
    public static SqlSyntaxException near(TokenBuffer tokens, int at) {
        String text = tokens.get(at).text();
        return new SqlSyntaxException(
                "syntax error at " + (text.isEmpty() ? "end of input" : "or near \"" + text + "\""),
                SqlStates.SYNTAX_ERROR,
                0);
    }

    /** Of the character in the text, from 1; 0 if it is not known. */
    public int position() {
        return position;
    }
}
