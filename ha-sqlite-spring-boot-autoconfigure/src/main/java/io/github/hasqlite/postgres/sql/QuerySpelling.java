package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.util.Set;

/** What people type without thinking in queries and changes, where its meaning is clear in SQLite. */
final class QuerySpelling {

    /** As the data source writes moments, so that texts sort as the times do. */
    private static final String NOW = "(strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now'))";

    private static final Set<String> UUIDS = Set.of("gen_random_uuid", "uuid_generate_v4");

    /** Of version 4, in plain SQLite. */
    private static final String RANDOM_UUID = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4'"
            + " || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1)"
            + " || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

    private static final Set<String> CLOCKS =
            Set.of("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp");

    private QuerySpelling() {}

    static void apply(TokenBuffer tokens, boolean catalog) {
        boolean schemaNamed = isSchemaNamed(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (schemaNamed
                    && tokens.is(i + 1, ".")
                    && token.isName()
                    && token.name().equals("public")) {
                tokens.removeQualifier(i);
            } else if (token.kind() == Kind.WORD) {
                i = word(tokens, i, catalog);
            }
        }
    }

    /** The last place that is done with. */
    private static int word(TokenBuffer tokens, int at, boolean catalog) {
        SqlToken token = tokens.get(at);
        if (token.isWord("ILIKE")) {
            tokens.set(at, "LIKE");
        } else if (token.isWord("LOCALTIMESTAMP")) {
            tokens.set(at, "CURRENT_TIMESTAMP");
        } else if (tokens.is(at + 1, "(") && tokens.is(at + 2, ")") && UUIDS.contains(token.name())) {
            tokens.replace(at, at + 3, RANDOM_UUID);
        } else if (tokens.is(at + 1, "(") && tokens.is(at + 2, ")") && CLOCKS.contains(token.name())) {
            tokens.replace(at, at + 3, NOW);
        } else if (tokens.isWords(at, "LIMIT", "ALL")) {
            tokens.set(at + 1, "-1");
        } else if (token.isWord("FOR")) {
            return lock(tokens, at);
        } else if (token.isWord("FETCH") && (tokens.isWord(at + 1, "FIRST") || tokens.isWord(at + 1, "NEXT"))) {
            fetch(tokens, at);
        } else if (token.isWord("OFFSET")) {
            return offset(tokens, at);
        } else if (token.isWord("TRUNCATE") && (at == 0 || tokens.is(at - 1, ";"))) {
            truncate(tokens, at);
        } else if (catalog && (token.isWord("ANY") || token.isWord("ALL")) && tokens.is(at + 1, "(")) {
            any(tokens, at);
        } else if ((token.isWord("TRIM") || token.isWord("SUBSTRING") || token.isWord("POSITION"))
                && tokens.is(at + 1, "(")) {
            TextFunctionSpelling.apply(tokens, at);
        }
        return at;
    }

    /** Unless something else is called so. */
    private static boolean isSchemaNamed(TokenBuffer tokens) {
        boolean qualifies = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).isName() && tokens.get(i).name().equals("public")) {
                if (!tokens.is(i + 1, ".")) {
                    return false;
                }
                qualifies = true;
            }
        }
        return qualifies;
    }

    /** FOR UPDATE, FOR SHARE and their kin at the end of a query. Returns the last place that is done with. */
    private static int lock(TokenBuffer tokens, int at) {
        boolean update = tokens.isWord(at + 1, "UPDATE") || tokens.isWords(at + 1, "NO", "KEY", "UPDATE");
        boolean share = tokens.isWord(at + 1, "SHARE") || tokens.isWords(at + 1, "KEY", "SHARE");
        if (!update && !share) {
            return at;
        }
        int end = at + 1;
        while (end < tokens.size() && !tokens.is(end, ";") && !tokens.is(end, ")") && !endsLock(tokens, end)) {
            end++;
        }
        // a limit may follow, which SQLite wants first; all locks of a query are one
        int last = end;
        while (last < tokens.size() && !tokens.is(last, ";") && !tokens.is(last, ")") && !tokens.isWord(last, "FOR")) {
            last = tokens.is(last, "(") ? tokens.closing(last) + 1 : last + 1;
        }
        boolean again = tokens.isWord(last, "FOR");
        if (!again) {
            tokens.insert(last, ParsedSql.LOCK);
        }
        tokens.remove(at, end);
        return at - 1;
    }

    private static boolean endsLock(TokenBuffer tokens, int at) {
        return tokens.isWord(at, "LIMIT")
                || tokens.isWord(at, "OFFSET")
                || tokens.isWord(at, "FETCH")
                || (tokens.isWord(at, "FOR") && !tokens.isWord(at - 1, "FOR"));
    }

    /** {@code FETCH FIRST [n] ROWS ONLY}. */
    private static void fetch(TokenBuffer tokens, int at) {
        int rows = at + 2;
        while (rows < tokens.size() && !tokens.isWord(rows, "ROW") && !tokens.isWord(rows, "ROWS")) {
            rows++;
        }
        if (!tokens.isWord(rows + 1, "ONLY")) {
            return;
        }
        tokens.remove(rows, rows + 2);
        if (rows == at + 2) {
            tokens.insert(rows, "1");
        }
        tokens.replace(at, at + 2, "LIMIT");
    }

    /** SQLite wants the limit first. */
    private static int offset(TokenBuffer tokens, int at) {
        if (isName(tokens, at) || followsLimit(tokens, at)) {
            return at;
        }
        int end = at + 1;
        while (end < tokens.size() && !endsOffset(tokens, end)) {
            end = tokens.is(end, "(") ? tokens.closing(end) + 1 : end + 1;
        }
        StringBuilder count = new StringBuilder();
        for (int i = at + 1; i < end; i++) {
            count.append(tokens.get(i).gap()).append(tokens.get(i).text());
        }
        if (tokens.isWord(end, "ROW") || tokens.isWord(end, "ROWS")) {
            tokens.remove(end, end + 1);
        }
        if (tokens.isWord(end, "FETCH")) {
            fetch(tokens, end);
        }
        int behind = end;
        if (tokens.isWord(end, "LIMIT")) {
            behind++;
            while (behind < tokens.size()
                    && !tokens.is(behind, ";")
                    && !tokens.is(behind, ")")
                    && !tokens.isWord(behind, "FOR")) {
                behind = tokens.is(behind, "(") ? tokens.closing(behind) + 1 : behind + 1;
            }
        }
        int inserted = tokens.insert(behind, "OFFSET" + count);
        if (behind == end) {
            inserted += tokens.insert(behind, "LIMIT -1");
        }
        tokens.remove(at, end);
        return Math.max(at, behind + inserted - (end - at) - 1);
    }

    private static boolean endsOffset(TokenBuffer tokens, int at) {
        return tokens.is(at, ";")
                || tokens.is(at, ")")
                || tokens.get(at).text().isEmpty()
                || tokens.isWord(at, "ROW")
                || tokens.isWord(at, "ROWS")
                || tokens.isWord(at, "FETCH")
                || tokens.isWord(at, "LIMIT")
                || tokens.isWord(at, "FOR");
    }

    /** In the same query, at the same depth. */
    private static boolean followsLimit(TokenBuffer tokens, int at) {
        for (int i = at - 1; i >= 0; i--) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.isWord(i, "LIMIT")) {
                return true;
            } else if (tokens.is(i, "(")
                    || tokens.is(i, ";")
                    || tokens.isWord(i, "FROM")
                    || tokens.isWord(i, "SELECT")) {
                return false;
            }
        }
        return false;
    }

    /** A column that is called so. */
    private static boolean isName(TokenBuffer tokens, int at) {
        return at < 2
                || tokens.is(at - 1, ".")
                || tokens.is(at - 1, ",")
                || tokens.is(at - 1, "(")
                || tokens.isWord(at - 1, "SELECT")
                || tokens.isWord(at - 1, "AS")
                || tokens.is(at + 1, ",")
                || tokens.is(at + 1, ")")
                || tokens.get(at + 1).kind() == Kind.OPERATOR;
    }

    private static void truncate(TokenBuffer tokens, int at) {
        int end = at + 1;
        while (end < tokens.size() && !tokens.is(end, ";")) {
            end++;
        }
        for (int i = end - 1; i > at; i--) {
            boolean option = tokens.isWord(i, "CASCADE")
                    || tokens.isWord(i, "RESTRICT")
                    || tokens.isWord(i, "IDENTITY")
                    || tokens.isWord(i, "RESTART")
                    || tokens.isWord(i, "CONTINUE");
            if (option) {
                tokens.remove(i, i + 1);
            }
        }
        int table = tokens.isWord(at + 1, "TABLE") ? at + 2 : at + 1;
        tokens.replace(at, tokens.isWord(table, "ONLY") ? table + 1 : table, "DELETE FROM");
    }

    /** {@code = ANY (array)} and {@code <> ALL (array)} in the catalog, which has arrays as texts. */
    private static void any(TokenBuffer tokens, int at) {
        boolean any = tokens.isWord(at, "ANY") && tokens.is(at - 1, "=");
        boolean all = tokens.isWord(at, "ALL") && (tokens.is(at - 1, "<>") || tokens.is(at - 1, "!="));
        int close = tokens.closing(at + 1);
        if ((!any && !all) || close >= tokens.size() || tokens.isWord(at + 2, "SELECT")) {
            return;
        }
        if (tokens.isWord(at + 2, "ARRAY") && tokens.is(at + 3, "[") && tokens.closing(at + 3) == close - 1) {
            tokens.remove(close - 1, close);
            tokens.remove(at + 2, at + 4);
        } else {
            tokens.insert(close, "))");
            tokens.insert(at + 2, "SELECT value FROM json_each(ha_array(");
        }
        tokens.replace(at - 1, at + 1, any ? " IN " : " NOT IN ");
    }
}
