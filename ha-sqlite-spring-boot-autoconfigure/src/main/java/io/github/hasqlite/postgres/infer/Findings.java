package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is found out about a statement, and how its text changes for SQLite. Of one thread. */
final class Findings {

    private final TokenBuffer tokens;
    private final int[] given;
    private final Map<Integer, Integer> parameters = new HashMap<>();
    private final Set<Integer> exact = new HashSet<>();
    private final @Nullable String[] before;
    private final @Nullable String[] after;
    private final @Nullable String[] instead;
    private boolean edited;
    private List<Insight.Item> items = List.of();

    Findings(TokenBuffer tokens, int[] given) {
        this.tokens = tokens;
        this.given = given;
        this.before = new @Nullable String[tokens.size()];
        this.after = new @Nullable String[tokens.size()];
        this.instead = new @Nullable String[tokens.size()];
    }

    /** The number of a parameter, from 0; -1 if it has none. */
    int number(int place) {
        String digits = tokens.get(place).text().substring(1);
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) - 1 : -1;
    }

    /** What the client or an earlier place says about a parameter; {@code null} if nobody does. */
    @Nullable
    PgType parameter(int place) {
        int number = number(place);
        int oid = number >= 0 && number < given.length && given[number] != 0
                ? given[number]
                : parameters.getOrDefault(number, 0);
        return oid == 0 ? null : PgType.ofOid(oid);
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
            String literal = LiteralText.stored(type, token.literal());
            if (literal != null) {
                instead(place, literal);
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

    void items(List<Insight.Item> answered) {
        items = answered;
    }

    /** Texts that break off have places behind their end; SQLite says what is wrong with them. */
    private boolean isPlace(int place) {
        return place >= 0 && place < instead.length;
    }

    void before(int place, String text) {
        if (!isPlace(place)) {
            return;
        }
        String present = before[place];
        before[place] = present == null ? text : text + present;
        edited = true;
    }

    void after(int place, String text) {
        if (!isPlace(place)) {
            return;
        }
        String present = after[place];
        after[place] = present == null ? text : present + text;
        edited = true;
    }

    void instead(int place, String text) {
        if (isPlace(place)) {
            instead[place] = text;
            edited = true;
        }
    }

    void remove(int from, int to) {
        for (int i = from; i < to; i++) {
            instead(i, "");
        }
    }

    Insight insight() {
        return new Insight(edited ? text() : null, Map.copyOf(parameters), Set.copyOf(exact), List.copyOf(items));
    }

    private String text() {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < tokens.size(); i++) {
            String other = instead[i];
            boolean gone = "".equals(other) && before[i] == null && after[i] == null;
            sql.append(gone ? "" : tokens.get(i).gap());
            sql.append(before[i] == null ? "" : before[i]);
            sql.append(other == null ? tokens.get(i).text() : other);
            sql.append(after[i] == null ? "" : after[i]);
        }
        return sql.toString();
    }

    /** Types by their places, where the text says them. */
    static List<Insight.Item> answered(List<Query.Item> read) {
        List<Insight.Item> items = new ArrayList<>();
        for (Query.Item item : read) {
            ColumnType type = item.term().announced;
            items.add(new Insight.Item(item.star(), type));
        }
        return items;
    }
}
