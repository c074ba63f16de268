package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;

/**
 * Statements and clauses of PostgreSQL for which SQLite has others that mean the same: {@code TABLE t}, {@code VALUES} in an
 * order, {@code DELETE … USING}, {@code ROW(…)}. To be called before types are looked for. Stateless.
 */
public final class StatementSpelling {

    private StatementSpelling() {}

    /**
     * Changes a statement.
     *
     * @return whether something was changed
     * @throws SQLException if it has what cannot be said in SQLite (0A000)
     */
    public static boolean apply(TokenBuffer tokens) throws SQLException {
        boolean changed = rows(tokens);
        changed |= using(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "TABLE") && isQuery(tokens, i)) {
                tokens.replace(i, i + 1, "SELECT * FROM");
                changed = true;
            } else if (tokens.isWord(i, "ROW") && tokens.is(i + 1, "(") && isRowPlace(tokens, i)) {
                tokens.remove(i, i + 1);
                changed = true;
            } else if (tokens.isWord(i, "LATERAL") && (tokens.is(i + 1, "(") || tokens.is(i + 2, "("))) {
                throw refused(
                        "LATERAL",
                        "use a subquery in the list of the query, or join what it would answer for all rows, grouped");
            } else if (tokens.isWords(i, "WITH", "TIES") && isFetch(tokens, i)) {
                throw refused(
                        "FETCH FIRST … WITH TIES", "compare with the value of the last row that is to be answered");
            } else if (isChange(tokens, i)) {
                throw refused("WITH … AS (" + tokens.get(i).text() + " …)", "run it before, with RETURNING");
            }
        }
        return changed;
    }

    /** {@code TABLE t} where a query can stand. */
    private static boolean isQuery(TokenBuffer tokens, int at) {
        boolean begins = at == 0
                || tokens.is(at - 1, "(")
                || tokens.isWord(at - 1, "UNION")
                || tokens.isWord(at - 1, "ALL")
                || tokens.isWord(at - 1, "EXCEPT")
                || tokens.isWord(at - 1, "INTERSECT")
                || (tokens.isWord(at - 1, "AS") && tokens.isWord(0, "CREATE"));
        return begins && tokens.get(at + 1).isName();
    }

    private static boolean isRowPlace(TokenBuffer tokens, int at) {
        return tokens.is(at - 1, "=")
                || tokens.is(at - 1, "<")
                || tokens.is(at - 1, ">")
                || tokens.is(at - 1, "<=")
                || tokens.is(at - 1, ">=")
                || tokens.is(at - 1, "<>")
                || tokens.isWord(at - 1, "IN")
                || tokens.isWord(at - 1, "WHERE")
                || tokens.isWord(at - 1, "AND");
    }

    private static boolean isFetch(TokenBuffer tokens, int at) {
        return tokens.isWord(at - 1, "ROW") || tokens.isWord(at - 1, "ROWS");
    }

    /** {@code WITH q AS (DELETE …)}. */
    private static boolean isChange(TokenBuffer tokens, int at) {
        boolean verb = tokens.isWord(at, "INSERT") || tokens.isWord(at, "UPDATE") || tokens.isWord(at, "DELETE");
        return verb
                && tokens.isWord(0, "WITH")
                && tokens.is(at - 1, "(")
                && (tokens.isWord(at - 2, "AS") || tokens.isWord(at - 2, "MATERIALIZED"));
    }

    /** {@code VALUES (…) ORDER BY 1 LIMIT 1}. */
    private static boolean rows(TokenBuffer tokens) {
        if (!tokens.isWord(0, "VALUES")) {
            return false;
        }
        int end = 1;
        while (tokens.is(end, "(") || tokens.is(end, ",")) {
            end = tokens.is(end, ",") ? end + 1 : tokens.closing(end) + 1;
        }
        boolean more = tokens.isWord(end, "ORDER")
                || tokens.isWord(end, "LIMIT")
                || tokens.isWord(end, "OFFSET")
                || tokens.isWord(end, "FETCH");
        if (more) {
            tokens.insert(end, ")");
            tokens.insert(0, "SELECT * FROM (");
        }
        return more;
    }

    /** {@code DELETE FROM t USING u WHERE …} deletes rows for which there is one of the others. */
    private static boolean using(TokenBuffer tokens) throws SQLException {
        int using = tokens.isWords(0, "DELETE", "FROM") ? find(tokens, 2, "USING") : -1;
        if (using < 0) {
            return false;
        }
        int where = find(tokens, using, "WHERE");
        int returning = find(tokens, using, "RETURNING");
        int end = returning < 0 ? end(tokens) : returning;
        if (where >= 0 && tokens.isWords(where + 1, "CURRENT", "OF")) {
            throw refused("WHERE CURRENT OF", "name the row by its key");
        }
        for (int i = returning + 1; returning > 0 && i < tokens.size(); i++) {
            if (tokens.is(i, "*") && (i == returning + 1 || tokens.is(i - 1, ","))) {
                throw refused("RETURNING * of DELETE … USING", "name the columns of the table that is changed");
            }
        }
        tokens.insert(end, ")");
        tokens.replace(using, using + 1, "WHERE EXISTS (SELECT 1 FROM");
        return true;
    }

    private static int end(TokenBuffer tokens) {
        int end = tokens.size();
        while (end > 0 && (tokens.get(end - 1).text().isEmpty() || tokens.is(end - 1, ";"))) {
            end--;
        }
        return end;
    }

    /** Outside of parentheses. */
    private static int find(TokenBuffer tokens, int from, String word) {
        for (int i = from; i < tokens.size(); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.isWord(i, word)) {
                return i;
            }
        }
        return -1;
    }

    private static SQLException refused(String what, String advice) {
        return new SQLException(what + " is not supported: " + advice, SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
