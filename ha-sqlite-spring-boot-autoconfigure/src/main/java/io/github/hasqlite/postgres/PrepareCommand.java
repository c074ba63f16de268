package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PREPARE and EXECUTE as statements. */
sealed interface PrepareCommand {

    /**
     * Prepares a statement.
     *
     * @param types numbers of the types of its first parameters; 0 for those that say nothing
     * @param statement its text
     */
    record Prepare(String name, List<Integer> types, String statement) implements PrepareCommand {

        int[] oids() {
            return types.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /**
     * Runs one.
     *
     * @param values expressions, separated by commas; empty for none
     */
    record Execute(String name, String values) implements PrepareCommand {}

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly (42601)
     */
    static @Nullable PrepareCommand of(TokenBuffer tokens, String sql) throws SQLException {
        boolean prepares = tokens.isWord(0, "PREPARE");
        if (!prepares && !tokens.isWord(0, "EXECUTE")) {
            return null;
        }
        if (!tokens.get(1).isName()) {
            throw SqlSyntaxException.near(tokens, 1);
        }
        boolean listed = tokens.is(2, "(");
        int close = listed ? tokens.closing(2) : 1;
        if (listed && !tokens.is(close, ")")) {
            throw SqlSyntaxException.near(tokens, tokens.size());
        }
        String name = tokens.get(1).name();
        if (prepares) {
            if (!tokens.isWord(close + 1, "AS")) {
                throw SqlSyntaxException.near(tokens, close + 1);
            }
            return new Prepare(
                    name,
                    types(tokens, close),
                    sql.substring(tokens.get(close + 1).end()));
        }
        if (!tokens.get(close + 1).text().isEmpty()) {
            throw SqlSyntaxException.near(tokens, close + 1);
        }
        // the last token is the parenthesis itself
        return new Execute(
                name,
                listed
                        ? sql.substring(tokens.get(2).end(), tokens.get(close).end() - 1)
                                .strip()
                        : "");
    }

    private static int oid(String type) {
        int bracket = type.indexOf('[');
        ColumnType named = DeclaredTypes.of((bracket < 0 ? type : type.substring(0, bracket)).strip());
        PgType said = named.type();
        return !named.certain() ? 0 : bracket < 0 ? said.oid() : said.arrayOid();
    }

    private static List<Integer> types(TokenBuffer tokens, int close) {
        List<Integer> types = new ArrayList<>();
        StringBuilder type = new StringBuilder();
        for (int i = 3; i <= close; i++) {
            boolean nested = tokens.is(i, "(") && i < close;
            if (nested) {
                int end = tokens.closing(i);
                while (i <= end) {
                    type.append(tokens.get(i++).text());
                }
            }
            if (i == close || tokens.is(i, ",")) {
                types.add(oid(type.toString().strip()));
                type.setLength(0);
            } else {
                type.append(tokens.get(i).text()).append(' ');
            }
        }
        return types;
    }
}
