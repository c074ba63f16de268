package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * COPY.
 *
 * @param in whether rows come from the client
 * @param table its name; empty if a query is copied out
 * @param schema in which it is; empty if that was not said
 * @param columns their names; empty for all
 * @param query to copy out; empty if a table is
 * @param format of the rows
 */
record CopyCommand(boolean in, String table, String schema, List<String> columns, String query, CopyFormat format) {

    /** @throws SQLException if it is not one, or with something that is not supported (42601, 42701, 0A000) */
    static CopyCommand of(TokenBuffer tokens, String sql) throws SQLException {
        int at = 1;
        String query = "";
        String table = "";
        String schema = "";
        List<String> columns = List.of();
        if (tokens.isWord(1, "BINARY")
                && tokens.get(2).isName()
                && !tokens.isWord(2, "FROM")
                && !tokens.isWord(2, "TO")) {
            throw new SQLException("COPY: the format binary is not supported", SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (tokens.is(1, "(")) {
            int close = tokens.closing(1);
            if (close >= tokens.size()) {
                throw SqlSyntaxException.near(tokens, close);
            }
            query = sql.substring(tokens.get(1).end(), tokens.get(close - 1).end());
            at = close + 1;
        } else {
            requireName(tokens, at);
            if (tokens.is(at + 1, ".")) {
                requireName(tokens, at + 2);
                schema = tokens.get(at).name();
                at += 2;
            }
            table = tokens.get(at++).name();
            if (tokens.is(at, "(")) {
                columns = columns(tokens, at + 1);
                at = tokens.closing(at) + 1;
            }
        }
        boolean in = tokens.isWord(at, "FROM");
        if (!in && !tokens.isWord(at, "TO")) {
            throw SqlSyntaxException.near(tokens, at);
        }
        if (in && !query.isEmpty()) {
            throw SqlSyntaxException.near(tokens, at);
        }
        if (!tokens.isWord(at + 1, in ? "STDIN" : "STDOUT")) {
            throw new SQLException(
                    "COPY is FROM STDIN or TO STDOUT here; psql's \\copy reads and writes files",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        return new CopyCommand(
                in, table, schema.equals("public") ? "" : schema, columns, query, CopyOptions.of(tokens, at + 2, in));
    }

    private static void requireName(TokenBuffer tokens, int at) throws SQLException {
        if (!tokens.get(at).isName()) {
            throw SqlSyntaxException.near(tokens, at);
        }
    }

    private static List<String> columns(TokenBuffer tokens, int from) throws SQLException {
        List<String> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int at = from;
        while (true) {
            requireName(tokens, at);
            String name = tokens.get(at).name();
            if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                throw new SQLException("column \"" + name + "\" specified more than once", "42701");
            }
            columns.add(name);
            if (tokens.is(at + 1, ")")) {
                return columns;
            }
            if (!tokens.is(at + 1, ",")) {
                throw SqlSyntaxException.near(tokens, at + 1);
            }
            at += 2;
        }
    }
}
