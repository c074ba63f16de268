package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;

/** Finds the table that a statement writes. Stateless. */
public final class ChangedTable {

    private ChangedTable() {}

    /** Its name; empty if the statement is none that writes rows, or cannot be read. */
    public static String of(String sql) {
        try {
            TokenBuffer tokens = Spelling.tokens(sql);
            for (int i = 0; i < tokens.size(); i++) {
                if (tokens.is(i, "(")) {
                    i = tokens.closing(i);
                } else if (tokens.isWord(i, "INTO") || tokens.isWords(i, "DELETE", "FROM") || isUpdate(tokens, i)) {
                    return name(tokens, tokens.isWord(i, "DELETE") ? i + 2 : i + 1);
                }
            }
            return tokens.isWord(0, "COPY") ? name(tokens, 1) : "";
        } catch (SQLException e) {
            return "";
        }
    }

    private static boolean isUpdate(TokenBuffer tokens, int at) {
        return tokens.isWord(at, "UPDATE") && !tokens.isWord(at - 1, "DO") && !tokens.isWord(at - 1, "FOR");
    }

    private static String name(TokenBuffer tokens, int from) {
        int at = tokens.isWord(from, "OR") ? from + 2 : from;
        at += tokens.isWord(at, "ONLY") ? 1 : 0;
        return tokens.get(tokens.is(at + 1, ".") ? at + 2 : at).name();
    }
}
