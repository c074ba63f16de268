package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the text of an INSERT or REPLACE from left to right. Not thread-safe. */
final class InsertReader {

    /** Where the rows come from. */
    enum Source {
        DEFAULT_VALUES,
        VALUES,
        SELECT
    }

    /** Some tokens, from the first to the last one. */
    record Span(int first, int last) {}

    final String sql;
    final TokenList tokens;
    private int at;
    private int end;

    String schema = "";
    String table = "";
    int target;

    @Nullable
    List<Integer> columns;

    Source source = Source.SELECT;
    Span rows = new Span(0, 0);
    List<List<Span>> tuples = List.of();
    boolean resolvesConflicts;

    InsertReader(String sql) {
        this.sql = sql;
        this.tokens = new TokenList(sql);
    }

    boolean read() {
        if (sql.indexOf('\0') >= 0) {
            return false;
        }
        while (tokens.is(at, ';')) {
            at++;
        }
        end = tokens.semicolonFrom(at);
        return commonTables() && verb() && target() && columns() && source();
    }

    /** {@code WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (query), …}. */
    private boolean commonTables() {
        if (!tokens.isWord(at, "WITH")) {
            return true;
        }
        at += tokens.isWord(at + 1, "RECURSIVE") ? 2 : 1;
        while (at < end) {
            at++;
            if (tokens.is(at, '(')) {
                at = behind(at);
            }
            while (tokens.isAnyWord(at, "AS", "NOT", "MATERIALIZED")) {
                at++;
            }
            if (!tokens.is(at, '(')) {
                return false;
            }
            at = behind(at);
            if (!tokens.is(at, ',')) {
                return true;
            }
            at++;
        }
        return false;
    }

    private boolean verb() {
        boolean replace = tokens.isWord(at, "REPLACE");
        if (!replace && !tokens.isWord(at, "INSERT")) {
            return false;
        }
        at++;
        resolvesConflicts = replace;
        if (!replace && tokens.isWord(at, "OR")) {
            resolvesConflicts = true;
            at += 2;
        }
        return tokens.isWord(at++, "INTO");
    }

    private boolean target() {
        if (at >= end) {
            return false;
        }
        table = tokens.name(at);
        target = at++;
        if (tokens.is(at, '.')) {
            schema = table;
            table = tokens.name(at + 1);
            target = at + 1;
            at += 2;
        }
        if (tokens.isWord(at, "AS")) {
            target = at + 1;
            at += 2;
        }
        return at < end;
    }

    private boolean columns() {
        if (!tokens.is(at, '(')) {
            return true;
        }
        List<Integer> names = new ArrayList<>();
        while (!tokens.is(at, ')')) {
            names.add(at + 1);
            at += 2;
            if (at >= end || (!tokens.is(at, ',') && !tokens.is(at, ')'))) {
                return false;
            }
        }
        at++;
        columns = names;
        return true;
    }

    private boolean source() {
        int stop = sourceEnd();
        if (stop <= at) {
            return false;
        }
        rows = new Span(at, stop - 1);
        if (tokens.isWord(at, "DEFAULT")) {
            source = Source.DEFAULT_VALUES;
            return stop == at + 2;
        }
        if (tokens.isWord(at, "VALUES") && tuples(stop)) {
            source = Source.VALUES;
            return true;
        }
        tuples = List.of();
        return tokens.isAnyWord(at, "SELECT", "VALUES", "WITH");
    }

    /** Where ON CONFLICT or RETURNING begins, or the statement ends. */
    private int sourceEnd() {
        int depth = 0;
        int stop = end;
        for (int i = at; i < end && stop == end; i++) {
            if (tokens.is(i, '(')) {
                depth++;
            } else if (tokens.is(i, ')')) {
                depth--;
            } else if (depth == 0 && tokens.isWord(i, "RETURNING")) {
                stop = i;
            } else if (depth == 0
                    && tokens.isWord(i, "ON")
                    && tokens.isWord(i + 1, "CONFLICT")
                    && (tokens.is(i + 2, '(') || tokens.isWord(i + 2, "DO"))) {
                resolvesConflicts = true;
                stop = i;
            }
        }
        return stop;
    }

    /** {@code VALUES (…), …} and nothing more. */
    private boolean tuples(int stop) {
        List<List<Span>> read = new ArrayList<>();
        int token = at;
        do {
            token++;
            if (!tokens.is(token, '(')) {
                return false;
            }
            int behind = behind(token);
            read.add(values(token, behind - 1));
            token = behind;
        } while (token < stop && tokens.is(token, ','));
        tuples = read;
        return token == stop;
    }

    private List<Span> values(int open, int close) {
        List<Span> values = new ArrayList<>();
        int depth = 0;
        int first = open + 1;
        for (int i = first; i <= close; i++) {
            if (i == close || (depth == 0 && tokens.is(i, ','))) {
                values.add(new Span(first, i - 1));
                first = i + 1;
            } else if (tokens.is(i, '(')) {
                depth++;
            } else if (tokens.is(i, ')')) {
                depth--;
            }
        }
        return values;
    }

    /** The token behind the parenthesis that closes the one at a token. */
    private int behind(int open) {
        int depth = 0;
        int token = open;
        do {
            depth += tokens.is(token, '(') ? 1 : tokens.is(token, ')') ? -1 : 0;
            token++;
        } while (depth > 0 && token < end);
        return token;
    }
}
