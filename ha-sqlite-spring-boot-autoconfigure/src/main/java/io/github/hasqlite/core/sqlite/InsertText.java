package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.core.sqlite.InsertReader.Source;
import io.github.hasqlite.core.sqlite.InsertReader.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The text of an INSERT or REPLACE, as far as it must be understood to give its rows a key: where the names of the
 * columns stand and where the values. Immutable.
 */
public final class InsertText {

    private static final Set<String> ROWID_NAMES = Set.of("rowid", "_rowid_", "oid");

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

    private InsertText(InsertReader reader) {
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
        InsertReader reader = new InsertReader(sql);
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
     * The text without comments and without the literals among its values: of two texts with the same form SQLite's
     * programs differ in these values only, and in how many rows there are if there is more than one. Without meaning
     * otherwise.
     *
     * @return {@code null} if the rows come from a query
     */
    public @Nullable String form() {
        if (source == Source.SELECT) {
            return null;
        }
        StringBuilder form = new StringBuilder(sql.length());
        append(form, 0, source == Source.VALUES ? rows.first() : rows.last(), false);
        String before = "";
        for (List<Span> tuple : tuples) {
            StringBuilder values = new StringBuilder();
            for (Span value : tuple) {
                append(values, value.first(), value.last(), true);
                values.append(", ");
            }
            String present = values.toString();
            form.append(present.equals(before) ? "*" : present);
            before = present;
        }
        append(form, rows.last() + 1, tokens.size() - 1, false);
        return form.toString();
    }

    private void append(StringBuilder form, int first, int last, boolean values) {
        for (int i = first; i <= last; i++) {
            if (values && isLiteral(i)) {
                form.append(sql.charAt(tokens.start(i)) == '\'' ? '\'' : '0');
            } else {
                form.append(sql, tokens.start(i), tokens.end(i));
            }
            form.append(' ');
        }
    }

    /** Whether there is exactly one row, and it is certain to have no key of its own. */
    public boolean leavesOneKey(TableDefinition definition) {
        return (source == Source.DEFAULT_VALUES || tuples.size() == 1) && leavesKey(definition);
    }

    /**
     * The same statement with a key for each row that has none. Parameters keep their numbers and names.
     *
     * @param definition of the table, which has an INTEGER PRIMARY KEY
     * @param call an expression that gives another key each time
     * @return {@code null} if that cannot be said with certainty
     */
    public @Nullable String withKey(TableDefinition definition, String call) {
        TextEdits edits = keyed(definition, call);
        return edits == null ? null : edits.text();
    }

    /**
     * What gives a key to this text's row, and to those of all texts that differ in the literals among its values only.
     *
     * @return {@code null} if there is not one row, or it is not certain to have no key of its own
     */
    public @Nullable KeyTemplate keyTemplate(TableDefinition definition) {
        TextEdits edits = leavesOneKey(definition) ? keyed(definition, KeyTemplate.key()) : null;
        if (edits == null) {
            return null;
        }
        List<KeyTemplate.Part> literals = new ArrayList<>();
        for (Span value : tuples.isEmpty() ? List.<Span>of() : tuples.get(0)) {
            for (int i = value.first(); i <= value.last(); i++) {
                if (isLiteral(i)) {
                    literals.add(new KeyTemplate.Part(tokens.start(i), tokens.end(i)));
                }
            }
        }
        return KeyTemplate.of(sql, literals, edits);
    }

    private @Nullable TextEdits keyed(TableDefinition definition, String call) {
        int key = key(definition);
        String alias = definition.rowidAlias();
        if (key == AMBIGUOUS || alias == null) {
            return null;
        }
        TextEdits edits = new TextEdits(sql);
        if (source == Source.DEFAULT_VALUES) {
            if (columns != null) {
                return null;
            }
            edits.replace(
                    tokens.end(target),
                    tokens.end(rows.last()),
                    "(" + SqlIdentifier.quote(alias) + ") VALUES(" + call + ")");
            return edits;
        }
        int width = columns == null ? definition.columns().size() : columns.size();
        if (columns != null && key == ABSENT) {
            edits.insert(tokens.end(columns.get(columns.size() - 1)), "," + SqlIdentifier.quote(alias));
        }
        if (source == Source.SELECT) {
            select(edits, key, width, call);
            return edits;
        }
        for (List<Span> tuple : tuples) {
            if (tuple.size() != width) {
                return null;
            }
            if (key == ABSENT) {
                edits.insert(tokens.end(tuple.get(width - 1).last()), "," + call);
            } else {
                complete(edits, tuple.get(key), call);
            }
        }
        return edits;
    }

    private void complete(TextEdits edits, Span value, String call) {
        int from = tokens.start(value.first());
        int to = tokens.end(value.last());
        if (isNull(value)) {
            edits.replace(from, to, call);
        } else if (value.first() != value.last() || !isLiteral(value.first())) {
            edits.insert(from, "coalesce(");
            edits.insert(to, "," + call + ")");
        }
    }

    /** The rows as they are, in their order, with a key each. */
    private void select(TextEdits edits, int key, int width, String call) {
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
        edits.insert(tokens.start(rows.first()), "WITH ha_key_rows(" + names + ") AS" + materialized + " (");
        edits.insert(tokens.end(rows.last()), ") SELECT " + values + " FROM ha_key_rows");
    }

    private boolean isSorted() {
        int depth = 0;
        for (int i = rows.first(); i <= rows.last(); i++) {
            depth += tokens.is(i, '(') ? 1 : tokens.is(i, ')') ? -1 : 0;
            if (depth == 0 && tokens.isWord(i, "ORDER")) {
                return true;
            }
        }
        return false;
    }

    private boolean isNull(Span value) {
        return value.first() == value.last() && tokens.isWord(value.first(), "NULL");
    }

    private boolean isLiteral(int token) {
        char first = sql.charAt(tokens.start(token));
        return (first >= '0' && first <= '9') || first == '\'';
    }

    /**
     * Which parameter each column gets, if the statement does nothing but insert one row of parameters and NULLs.
     *
     * @param definition of the table
     * @return for each of its columns the number of the parameter, counted from 0, or {@link #NO_VALUE} or {@link
     *     #NULL_VALUE}; {@code null} if the statement is more than that
     */
    public int @Nullable [] parameters(TableDefinition definition) {
        if (source != Source.VALUES || tuples.size() != 1 || resolvesConflicts || !isPlain()) {
            return null;
        }
        List<Span> values = tuples.get(0);
        int[] places = places(definition);
        if (places == null || places.length != values.size()) {
            return null;
        }
        int[] parameters = new int[definition.columns().size()];
        Arrays.fill(parameters, NO_VALUE);
        int count = 0;
        for (int i = 0; i < places.length; i++) {
            Span value = values.get(i);
            boolean bound = value.first() == value.last() && tokens.is(value.first(), '?');
            if ((!bound && !isNull(value)) || parameters[places[i]] != NO_VALUE) {
                return null;
            }
            parameters[places[i]] = bound ? count++ : NULL_VALUE;
        }
        return parameters;
    }

    /** Begins with INSERT INTO and a table without an alias, and ends with its rows. */
    private boolean isPlain() {
        int first = 0;
        while (tokens.is(first, ';')) {
            first++;
        }
        int name = first + (schema.isEmpty() ? 2 : 4);
        return tokens.isWord(first, "INSERT") && target == name && tokens.semicolonFrom(first) == rows.last() + 1;
    }

    /** The columns that get the values, by their places in the table; {@code null} if one is none of its columns. */
    private int @Nullable [] places(TableDefinition definition) {
        List<Integer> named = columns;
        if (named == null) {
            return IntStream.range(0, definition.columns().size()).toArray();
        }
        int[] places = new int[named.size()];
        for (int i = 0; i < places.length; i++) {
            String name = tokens.name(named.get(i));
            places[i] = -1;
            for (int column = 0; column < definition.columns().size(); column++) {
                if (SqlIdentifier.isSame(name, definition.columns().get(column))) {
                    places[i] = column;
                }
            }
            if (places[i] < 0) {
                return null;
            }
        }
        return places;
    }

    /** In {@link #parameters}: the column is not named, and gets its default. */
    public static final int NO_VALUE = -1;

    /** In {@link #parameters}: NULL is written there. */
    public static final int NULL_VALUE = -2;

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
}
