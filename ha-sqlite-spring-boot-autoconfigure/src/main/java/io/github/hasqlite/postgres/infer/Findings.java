package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ExactDecimal;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is found out about a statement, and how its text changes for SQLite. Of one thread. */
final class Findings {

    private final TokenBuffer tokens;
    private final int[] given;
    private final Map<Integer, Integer> parameters = new HashMap<>();
    private final Set<Integer> exact = new HashSet<>();
    private final Set<Integer> written = new HashSet<>();
    private final Map<Integer, String> wide = new HashMap<>();
    private final @Nullable String[] before;
    private final @Nullable String[] after;
    private final @Nullable String[] instead;
    private final Map<Integer, String> names = new HashMap<>();
    private final Map<Integer, String> ends = new HashMap<>();
    private final Use use;
    private @Nullable SQLException refusal;
    private boolean clocks;
    private boolean edited;
    private List<Insight.Item> items = List.of();

    /** What is done with a text. */
    private enum Use {
        /** It runs here, with this program's functions. */
        STATEMENT,
        /** It asks the catalog, which has functions of its own. */
        CATALOG,
        /** It is to be kept in the schema. */
        DEFINITION,
        /** It is in the schema. */
        STORED
    }

    Findings(TokenBuffer tokens, int[] given) {
        this(tokens, given, Use.STATEMENT);
    }

    /** Of what is to be in the schema, where only literals and what is plain SQLite can change. */
    static Findings ofDefinition(TokenBuffer tokens) {
        return new Findings(tokens, new int[0], Use.DEFINITION);
    }

    /** Of what is in the schema, which nobody changes. */
    static Findings ofStored(TokenBuffer tokens) {
        return new Findings(tokens, new int[0], Use.STORED);
    }

    /** Of a question about the catalog. */
    static Findings ofCatalog(TokenBuffer tokens, int[] given) {
        return new Findings(tokens, given, Use.CATALOG);
    }

    private Findings(TokenBuffer tokens, int[] given, Use use) {
        this.use = use;
        this.tokens = tokens;
        this.given = given;
        this.before = new @Nullable String[tokens.size()];
        this.after = new @Nullable String[tokens.size()];
        this.instead = new @Nullable String[tokens.size()];
    }

    SqlToken token(int place) {
        return tokens.get(place);
    }

    /** The number of a parameter, from 0; -1 if it has none. */
    int number(int place) {
        String digits = tokens.get(place).text().substring(1);
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) - 1 : -1;
    }

    /** What the client or an earlier place says about a parameter; {@code null} if nobody does. */
    @Nullable
    PgType parameter(int place) {
        int oid = oid(place);
        return oid == 0 ? null : PgType.ofOid(oid);
    }

    /** What a parameter that is an array has in it; {@code null} if it is none, or nobody says so. */
    @Nullable
    ColumnType element(int place) {
        PgType element = PgType.elementOf(oid(place));
        return element == null ? null : ColumnType.declared(element);
    }

    private int oid(int place) {
        int number = number(place);
        return number >= 0 && number < given.length && given[number] != 0
                ? given[number]
                : parameters.getOrDefault(number, 0);
    }

    boolean isUntyped(int place) {
        int number = number(place);
        return number >= 0 && (number >= given.length || given[number] == 0) && !parameters.containsKey(number);
    }

    void resolve(int place, PgType type) {
        SqlToken token = tokens.get(place);
        if (token.kind() == Kind.PARAMETER) {
            parameter(place, type.oid());
        } else if (token.kind() == Kind.TEXT) {
            try {
                String literal = LiteralText.stored(type, token.literal());
                if (literal != null) {
                    literal(place, literal);
                }
            } catch (SQLException e) {
                refusal = e;
            }
        }
    }

    void parameter(int place, int oid) {
        if (isUntyped(place)) {
            parameters.put(number(place), oid);
        }
    }

    /** A parameter goes into a column in which numbers with many digits lose some. */
    void exact(int place) {
        exact.add(number(place));
    }

    /** A value keeps the zeros and all digits that it is written with: it is answered, stored or made a text. */
    void written(Term term) {
        written.add(term.bare);
        if (term.cast >= 0 && !ofSchema() && !sorts()) {
            before[term.cast] =
                    Objects.requireNonNullElse(at(before, term.cast), "").replace(Casts.EXACT_CAST, Casts.CAST);
        }
    }

    /** Whether what is answered or stored may also be compared. */
    private boolean sorts() {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "ORDER") || tokens.isWord(i, "DISTINCT") || tokens.isWord(i, "GROUP")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Floating point is computed or compared with something.
     *
     * @throws SQLException if it is a number in the text that is out of the range of that (22003)
     */
    void real(Term term) throws SQLException {
        String digits = wide.get(term.bare);
        if (digits != null) {
            Object real = ValueCast.cast(ColumnType.declared(PgType.FLOAT8), null, digits);
            // a minus behind another one would begin a comment
            literal(term.bare, "(" + LiteralText.sql(real) + ")");
        } else if (ExactDecimal.wholeOf(tokens.get(term.single).text()) != null) {
            literal(term.single, tokens.get(term.single).text());
        } else if (term.bare >= 0 && tokens.get(term.bare).kind() == Kind.PARAMETER && term.is(PgType.NUMERIC)) {
            instead(term.bare, Casts.CAST + tokens.get(term.bare).text() + ", " + PgType.FLOAT8.oid() + ", -1, 0)");
        }
    }

    /** A number has more digits than SQLite computes with: it can only be written. */
    void wide(int place, String digits) {
        wide.put(place, digits);
    }

    /** The digits of such a number; {@code null} if there is another one. */
    @Nullable
    String wide(int place) {
        return wide.get(place);
    }

    /** What a number is written with at its end is no part of its value, elsewhere. */
    private void spellNumbers() throws SQLException {
        for (int i = 0; i < tokens.size() && !ofSchema(); i++) {
            boolean number = tokens.get(i).kind() == Kind.PARAMETER && parameter(i) == PgType.NUMERIC;
            if (number && !written.contains(i) && instead[i] == null) {
                instead(i, Casts.EXACT_CAST + tokens.get(i).text() + ", " + PgType.NUMERIC.oid() + ", -1, 0)");
            }
        }
        for (Map.Entry<Integer, String> number : wide.entrySet()) {
            int place = number.getKey();
            if (instead[place] == null) {
                // as a text it has all digits, with which nothing can be computed
                if (ofSchema() || !written.contains(place)) {
                    ExactDecimal.stored(new BigDecimal(number.getValue()));
                }
                instead[place] = "'" + number.getValue() + "'";
            }
        }
    }

    void items(List<Insight.Item> answered) {
        items = answered;
    }

    /** Whether it is for the schema, which all programs read: none of the functions here are there. */
    boolean ofSchema() {
        return use == Use.DEFINITION || use == Use.STORED;
    }

    boolean ofCatalog() {
        return use == Use.CATALOG;
    }

    /** Whether it is in the schema already, and what it does not cast is not cast. */
    boolean stored() {
        return use == Use.STORED;
    }

    /**
     * There is something whose value would not be PostgreSQL's.
     *
     * @throws SQLException unless it is in the schema already (0A000)
     */
    void refuse(String what) throws SQLException {
        if (use != Use.STORED) {
            throw new SQLException(what, "0A000");
        }
    }

    /**
     * In the schema there is something that plain SQLite does not have.
     *
     * @throws SQLException if it is being put there (0A000)
     */
    void refuseInSchema(String what) throws SQLException {
        if (use == Use.DEFINITION) {
            throw new SQLException(what, "0A000");
        }
    }

    /** Names the expression that ends at a place, unless an alias follows. */
    void name(int place, String name) {
        boolean alias = tokens.isWord(place + 1, "AS")
                || (tokens.get(place + 1).isName() && !FromReader.isClause(tokens.get(place + 1)));
        if (!ofSchema() && !alias) {
            names.put(place, " AS \"" + name.replace("\"", "\"\"") + "\"");
            edited = true;
        }
    }

    /** What clocks say is spelled as it is stored, also in the schema. */
    void spellClocks() {
        clocks = true;
    }

    void clock(int place, String text) {
        if (clocks || !ofSchema()) {
            edit(instead, place, text);
        }
    }

    /** Puts plain SQLite around what stands there. */
    void around(int from, int to, String before, String after) {
        edit(this.before, from, before + Objects.requireNonNullElse(at(this.before, from), ""));
        edit(this.after, to - 1, Objects.requireNonNullElse(at(this.after, to - 1), "") + after);
    }

    private static @Nullable String at(@Nullable String[] texts, int place) {
        return place >= 0 && place < texts.length ? texts[place] : null;
    }

    private void edit(@Nullable String[] texts, int place, String text) {
        if (isPlace(place)) {
            texts[place] = text;
            edited = true;
        }
    }

    /** Texts that break off have places behind their end; SQLite says what is wrong with them. */
    private boolean isPlace(int place) {
        return place >= 0 && place < instead.length;
    }

    void before(int place, String text) {
        if (!ofSchema()) {
            edit(before, place, text + Objects.requireNonNullElse(at(before, place), ""));
        }
    }

    void after(int place, String text) {
        if (!ofSchema()) {
            edit(after, place, Objects.requireNonNullElse(at(after, place), "") + text);
        }
    }

    /** Puts something around a whole query, with the names of its columns. */
    void enclose(int from, int to, String opening, String closing) {
        before(from, opening);
        if (!ofSchema() && isPlace(to - 1)) {
            ends.merge(to - 1, closing, String::concat);
        }
    }

    void instead(int place, String text) {
        if (!ofSchema()) {
            edit(instead, place, text);
        }
    }

    /** Puts something in the place of tokens, and of what they were to be spelled as. */
    void replace(int from, int to, String text) {
        for (int i = from; i < Math.min(to, instead.length) && !ofSchema(); i++) {
            before[i] = null;
            after[i] = null;
            names.remove(i);
            instead(i, i == from ? text : "");
        }
    }

    /** Puts a value in the place of a literal. */
    void literal(int place, String text) {
        edit(instead, place, text);
    }

    /** Puts plain SQLite behind what stands there. */
    void behind(int place, String text) {
        edit(after, place, Objects.requireNonNullElse(at(after, place), "") + text);
    }

    void remove(int from, int to) {
        for (int i = from; i < to; i++) {
            instead(i, "");
        }
    }

    /** @throws SQLException if a literal cannot be had in SQLite (0A000) */
    Insight insight() throws SQLException {
        if (refusal != null) {
            throw refusal;
        }
        spellNumbers();
        return new Insight(
                edited || !wide.isEmpty() ? text() : null,
                Map.copyOf(parameters),
                Set.copyOf(exact),
                List.copyOf(items));
    }

    private String text() {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            String other = instead[i];
            boolean gone = "".equals(other)
                    && before[i] == null
                    && after[i] == null
                    && !names.containsKey(i)
                    && !ends.containsKey(i);
            sql.append(gone ? "" : tokens.get(i).gap());
            sql.append(before[i] == null ? "" : before[i]);
            sql.append(other == null ? tokens.get(i).text() : other);
            sql.append(after[i] == null ? "" : after[i]).append(names.getOrDefault(i, ""));
            sql.append(ends.getOrDefault(i, ""));
        }
        return sql.toString();
    }

    /** Types by their places, where the text says them. */
    static List<Insight.Item> answered(List<Query.Item> read) {
        List<Insight.Item> items = new ArrayList<>();
        for (Query.Item item : read) {
            items.add(new Insight.Item(item.star(), announced(item.term()), answered(item.columns())));
        }
        return items;
    }

    /** A sum of integers is one, and of numbers of floating point, also where there are no rows to tell. */
    private static @Nullable ColumnType announced(Term term) {
        boolean computed = term.is(PgType.INT8) || term.is(PgType.FLOAT8);
        return term.announced == null && computed && term.alternatives.isEmpty()
                ? ColumnType.seen(Objects.requireNonNull(term.type))
                : term.announced;
    }
}
