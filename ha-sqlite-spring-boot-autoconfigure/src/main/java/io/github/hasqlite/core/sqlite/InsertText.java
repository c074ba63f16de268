package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of an INSERT or REPLACE, as far as it must be understood to give its rows a key: where the names of the
 * columns stand and where the values. Immutable.
 */
public final class InsertText {

    private static final Set<String> ROWID_NAMES = Set.of("rowid", "_rowid_", "oid");

    /** Where the rows come from. */
    private enum Source {
        DEFAULT_VALUES,
        VALUES,
        SELECT
    }

    /** Some tokens, from the first to the last one. */
    private record Span(int first, int last) {}

    private final String sql;
    private final TokenList tokens;
    private final String schema;
    private final String table;
    /** The last token of the table's name or alias. */
    private final int target;
    /** The names of the column list; {@code null} if there is none. */
    private final @Nullable List<Integer> columns;

    private final Source source;
    private final Span rows;
    private final List<List<Span>> tuples;
    private final boolean resolvesConflicts;

    private InsertText(Reader reader) {
        this.sql = reader.sql;
        this.tokens = reader.tokens;
        this.schema = reader.schema;
        this.table = reader.table;
        this.target = reader.target;
        this.columns = reader.columns;
        this.source = reader.source;
        this.rows = reader.rows;
        this.tuples = reader.tuples;
        this.resolvesConflicts = reader.resolvesConflicts;
    }

    /**
     * Reads the first statement of a text that is not empty.
     *
     * @return {@code null} if it is no INSERT, or one that is not understood
     */
    public static @Nullable InsertText of(String sql) {
        Reader reader = new Reader(sql);
        return reader.read() ? new InsertText(reader) : null;
    }

    /** The INSERTs in the body of a trigger, given by its text in the schema. */
    public static List<InsertText> ofTrigger(String sql) {
        List<InsertText> inserts = new ArrayList<>();
        TokenList tokens = new TokenList(sql);
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.isAnyWord(i, "INSERT", "REPLACE") && (tokens.is(i - 1, ';') || tokens.isWord(i - 1, "BEGIN"))) {
                InsertText insert = of(sql.substring(tokens.start(i), tokens.end(tokens.semicolonFrom(i))));
                if (insert != null) {
                    inserts.add(insert);
                }
            }
        }
        return inserts;
    }

    /** Whether a text may be an INSERT, understood or not: it is if it begins like one, or with WITH. */
    public static boolean mayBe(String sql) {
        SqlTokens first = new SqlTokens(sql);
        while (first.advance()) {
            if (!first.is(';')) {
                return first.isWord("INSERT") || first.isWord("REPLACE") || first.isWord("WITH");
            }
        }
        return false;
    }

    /** The schema that the table is qualified with, or an empty string. */
    public String schema() {
        return schema;
    }

    /** The name of the table. */
    public String table() {
        return table;
    }

    /** Whether the statement says itself what becomes of a row whose key is there already. */
    public boolean resolvesConflicts() {
        return resolvesConflicts;
    }

    /** Whether a row is certain to have no key of its own: the key is not among the values, or NULL. */
    public boolean leavesKey(TableDefinition definition) {
        int key = key(definition);
        if (key < 0 || source == Source.DEFAULT_VALUES) {
            return key != AMBIGUOUS;
        }
        return source == Source.VALUES
                && tuples.stream().anyMatch(tuple -> key < tuple.size() && isNull(tuple.get(key)));
    }

    /**
     * The same statement with a key for each row that has none. Parameters keep their numbers and names.
     *
     * @param definition of the table, which has an INTEGER PRIMARY KEY
     * @param call an expression that gives another key each time
     * @return {@code null} if that cannot be said with certainty
     */
    public @Nullable String withKey(TableDefinition definition, String call) {
        int key = key(definition);
        String alias = definition.rowidAlias();
        if (key == AMBIGUOUS || alias == null) {
            return null;
        }
        Edits edits = new Edits(sql);
        if (source == Source.DEFAULT_VALUES) {
            if (columns != null) {
                return null;
            }
            edits.replace(
                    tokens.end(target),
                    tokens.end(rows.last),
                    "(" + SqlIdentifier.quote(alias) + ") VALUES(" + call + ")");
            return edits.text();
        }
        int width = columns == null ? definition.columns().size() : columns.size();
        if (columns != null && key == ABSENT) {
            edits.insert(tokens.end(columns.get(columns.size() - 1)), "," + SqlIdentifier.quote(alias));
        }
        if (source == Source.SELECT) {
            select(edits, key, width, call);
            return edits.text();
        }
        for (List<Span> tuple : tuples) {
            if (tuple.size() != width) {
                return null;
            }
            if (key == ABSENT) {
                edits.insert(tokens.end(tuple.get(width - 1).last), "," + call);
            } else {
                complete(edits, tuple.get(key), call);
            }
        }
        return edits.text();
    }

    private void complete(Edits edits, Span value, String call) {
        int from = tokens.start(value.first);
        int to = tokens.end(value.last);
        if (isNull(value)) {
            edits.replace(from, to, call);
        } else if (value.first != value.last || !isLiteral(value.first)) {
            edits.insert(from, "coalesce(");
            edits.insert(to, "," + call + ")");
        }
    }

    /** The rows as they are, in their order, with a key each. */
    private void select(Edits edits, int key, int width, String call) {
        StringBuilder names = new StringBuilder();
        StringBuilder values = new StringBuilder();
        for (int i = 0; i < width; i++) {
            names.append(i == 0 ? "" : ",").append("ha_").append(i);
            values.append(i == 0 ? "" : ",").append(i == key ? "coalesce(ha_" + i + "," + call + ")" : "ha_" + i);
        }
        if (key == ABSENT) {
            values.append(',').append(call);
        }
        // otherwise SQLite asks for the keys before it sorts
        String materialized = isSorted() ? " MATERIALIZED" : "";
        edits.insert(tokens.start(rows.first), "WITH ha_key_rows(" + names + ") AS" + materialized + " (");
        edits.insert(tokens.end(rows.last), ") SELECT " + values + " FROM ha_key_rows");
    }

    private boolean isSorted() {
        int depth = 0;
        for (int i = rows.first; i <= rows.last; i++) {
            depth += tokens.is(i, '(') ? 1 : tokens.is(i, ')') ? -1 : 0;
            if (depth == 0 && tokens.isWord(i, "ORDER")) {
                return true;
            }
        }
        return false;
    }

    private boolean isNull(Span value) {
        return value.first == value.last && tokens.isWord(value.first, "NULL");
    }

    private boolean isLiteral(int token) {
        char first = sql.charAt(tokens.start(token));
        return (first >= '0' && first <= '9') || first == '\'';
    }

    private static final int ABSENT = -1;
    private static final int AMBIGUOUS = -2;

    /** Where the key is among the values. */
    private int key(TableDefinition definition) {
        String alias = definition.rowidAlias();
        if (alias == null) {
            return AMBIGUOUS;
        }
        if (columns == null) {
            return definition.columns().indexOf(alias);
        }
        int found = ABSENT;
        for (int i = 0; i < columns.size(); i++) {
            String name = SqlIdentifier.fold(tokens.name(columns.get(i)));
            if (name.equals(SqlIdentifier.fold(alias)) || isRowid(name, definition)) {
                if (found != ABSENT) {
                    return AMBIGUOUS;
                }
                found = i;
            }
        }
        return found;
    }

    private static boolean isRowid(String name, TableDefinition definition) {
        return ROWID_NAMES.contains(name)
                && definition.columns().stream().noneMatch(column -> SqlIdentifier.isSame(column, name));
    }

    /** Changes of a text, from its beginning to its end. */
    private static final class Edits {

        private final String from;
        private final StringBuilder to = new StringBuilder();
        private int done;

        Edits(String from) {
            this.from = from;
        }

        void insert(int position, String what) {
            replace(position, position, what);
        }

        void replace(int start, int end, String what) {
            to.append(from, done, start).append(what);
            done = end;
        }

        String text() {
            return to.append(from, done, from.length()).toString();
        }
    }

    /** Reads the tokens from left to right. Not thread-safe. */
    private static final class Reader {

        private final String sql;
        private final TokenList tokens;
        private int at;
        private int end;

        private String schema = "";
        private String table = "";
        private int target;
        private @Nullable List<Integer> columns;
        private Source source = Source.SELECT;
        private Span rows = new Span(0, 0);
        private List<List<Span>> tuples = List.of();
        private boolean resolvesConflicts;

        Reader(String sql) {
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
}
