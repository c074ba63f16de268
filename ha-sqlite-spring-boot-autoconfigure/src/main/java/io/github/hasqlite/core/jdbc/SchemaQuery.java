package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TokenList;

/**
 * What queries of {@code sqlite_schema} show the application: its own database, without what belongs to
 * replication. Tools look there for whether a database is empty, and for what there is to drop.
 *
 * <p>The table is replaced by a selection of it where it stands directly behind FROM or JOIN. Where that would
 * not be the same for a query otherwise (it asks for a rowid, or names a column with the schema) it is left alone.
 */
final class SchemaQuery {

    private static final String PREFIX = "sqlite";
    private static final String OWN = " (SELECT * FROM main.sqlite_schema WHERE lower(substr(name, 1, 3)) <> 'ha_'"
            + " AND lower(substr(tbl_name, 1, 3)) <> 'ha_')";

    private SchemaQuery() {}

    /** The text that is compiled for a text of the application. */
    static String shown(ParsedSql parsed, String sql) {
        return parsed.kind() == StatementKind.READ && mentionsSqlite(sql) ? rewritten(sql) : sql;
    }

    private static boolean mentionsSqlite(String sql) {
        int length = PREFIX.length();
        for (int at = sql.indexOf('_', length); at >= 0; at = sql.indexOf('_', at + 1)) {
            if (sql.regionMatches(true, at - length, PREFIX, 0, length)) {
                return true;
            }
        }
        return false;
    }

    private static String rewritten(String sql) {
        TokenList tokens = new TokenList(sql);
        StringBuilder text = new StringBuilder();
        int copied = 0;
        for (int at = 0; at < tokens.size(); at++) {
            if (tokens.isAnyWord(at, "ROWID", "OID", "_ROWID_", "INDEXED")) {
                return sql;
            }
            if (isSchema(tokens, at) && tokens.is(at - 1, '.') && tokens.is(at + 1, '.')) {
                return sql;
            }
            if (isSchema(tokens, at) && isDefined(tokens, at + 1)) {
                return sql;
            }
            if (!tokens.isAnyWord(at, "FROM", "JOIN")) {
                continue;
            }
            boolean qualified = tokens.name(at + 1).equalsIgnoreCase("main") && tokens.is(at + 2, '.');
            int table = qualified ? at + 3 : at + 1;
            if (isSchema(tokens, table) && !tokens.is(table + 1, '.')) {
                text.append(sql, copied, tokens.end(at)).append(OWN);
                if (!isNamed(tokens, table + 1)) {
                    text.append(" AS ").append(tokens.text(table));
                }
                copied = tokens.end(table);
            }
        }
        return copied == 0 ? sql : text.append(sql, copied, sql.length()).toString();
    }

    private static boolean isSchema(TokenList tokens, int at) {
        return tokens.startsName(at)
                && (tokens.name(at).equalsIgnoreCase("sqlite_master")
                        || tokens.name(at).equalsIgnoreCase("sqlite_schema"));
    }

    /** Whether what follows makes the name that of a common table expression, which hides the table. */
    private static boolean isDefined(TokenList tokens, int at) {
        return tokens.is(at, '(')
                || (tokens.isAnyWord(at, "AS")
                        && (tokens.is(at + 1, '(') || tokens.isAnyWord(at + 1, "NOT", "MATERIALIZED")));
    }

    /** Whether an alias follows. */
    private static boolean isNamed(TokenList tokens, int at) {
        return tokens.startsName(at)
                && !tokens.isAnyWord(
                        at, "WHERE", "ORDER", "GROUP", "HAVING", "LIMIT", "WINDOW", "UNION", "EXCEPT", "INTERSECT")
                && !tokens.isAnyWord(
                        at, "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "ON", "USING", "NOT");
    }
}
