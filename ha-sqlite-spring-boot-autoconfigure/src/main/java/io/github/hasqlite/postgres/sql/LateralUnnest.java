package io.github.hasqlite.postgres.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code FROM t, unnest(t.a, t.b) [WITH ORDINALITY] alias(x, y, n)} over the catalog: {@code json_each} of the first array,
 * whose columns stand in the query as what they are made of, since a subquery cannot see the table before it. Arrays that
 * the catalog keeps side by side have the same length. Not thread-safe.
 */
final class LateralUnnest {

    private final TokenBuffer tokens;
    private final int at;
    private final int close;
    private final int select;
    private final int from;
    private final List<String> arrays = new ArrayList<>();
    /** By the names of its columns in lower case, in their order. */
    private final Map<String, String> columns = new LinkedHashMap<>();

    private String alias = "unnest";
    private int end;

    private LateralUnnest(TokenBuffer tokens, int at, int from) {
        this.tokens = tokens;
        this.at = at;
        this.from = from;
        this.close = tokens.closing(at + 1);
        this.select = before(from, "SELECT");
    }

    /**
     * Changes it, if it is one that needs this.
     *
     * @param at the function's name, with a parenthesis behind it
     * @param from the FROM that it belongs to
     * @return whether it was
     */
    static boolean apply(TokenBuffer tokens, int at, int from) {
        LateralUnnest unnest = new LateralUnnest(tokens, at, from);
        unnest.readArrays();
        boolean refers = !tokens.isWord(at - 1, "FROM") && unnest.arrays.get(0).contains(".");
        if (unnest.select < 0 || (unnest.arrays.size() == 1 && !refers)) {
            return false;
        }
        unnest.readNames();
        unnest.write();
        return true;
    }

    private int before(int place, String word) {
        for (int i = place - 1; i >= 0; i--) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.isWord(i, word)) {
                return i;
            } else if (tokens.is(i, "(")) {
                return -1;
            }
        }
        return -1;
    }

    private void readArrays() {
        int begin = at + 2;
        for (int i = begin; i <= close; i++) {
            if (tokens.is(i, "(") || tokens.is(i, "[")) {
                i = tokens.closing(i);
            } else if (i == close || tokens.is(i, ",")) {
                arrays.add(tokens.text(begin, i).strip());
                begin = i + 1;
            }
        }
    }

    private void readNames() {
        boolean numbered = tokens.isWords(close + 1, "WITH", "ORDINALITY");
        int name = numbered ? close + 3 : close + 1;
        name += tokens.isWord(name, "AS") ? 1 : 0;
        boolean named = tokens.get(name).isName() && !SetFunctionSpelling.isKeyword(tokens.get(name));
        List<String> names = new ArrayList<>();
        end = name;
        if (named) {
            alias = tokens.get(name).name();
            end = name + 1;
            int last = tokens.is(end, "(") ? tokens.closing(end) : end;
            for (int i = end + 1; i < last; i++) {
                if (tokens.get(i).isName()) {
                    names.add(tokens.get(i).name());
                }
            }
            end = last > end ? last + 1 : end;
        }
        String row = "ha_u" + at;
        for (int i = 0; i < arrays.size(); i++) {
            String array = arrays.get(i);
            String only = named && arrays.size() == 1 ? alias : "unnest";
            columns.putIfAbsent(
                    i < names.size() ? names.get(i) : only,
                    i == 0
                            ? row + ".value"
                            : "ha_element(" + array + ", " + row + ".key + array_lower(" + array + "))");
        }
        if (numbered) {
            columns.put(
                    names.size() > arrays.size() ? names.get(arrays.size()) : "ordinality", "(" + row + ".key + 1)");
        }
    }

    /** From the end to the beginning, so that places stay. */
    private void write() {
        int scope = end;
        while (scope < tokens.size() && !tokens.is(scope, ")") && !tokens.is(scope, ";")) {
            scope = tokens.is(scope, "(") ? tokens.closing(scope) + 1 : scope + 1;
        }
        String star = star(scope);
        rename(end, scope);
        tokens.replace(at, end, "json_each(ha_array(" + arrays.get(0) + ")) ha_u" + at);
        rename(from, at);
        for (int i = from - 1; i > select; i--) {
            boolean begins = tokens.is(i - 1, ",") || i - 1 == select;
            if (tokens.is(i, "*") && begins) {
                tokens.replace(i, i + 1, star);
            } else if (tokens.is(i, "*")
                    && tokens.is(i - 1, ".")
                    && tokens.get(i - 2).name().equals(alias)) {
                tokens.replace(i - 2, i + 1, own());
            } else {
                boolean ends = tokens.is(i + 1, ",") || i + 1 == from;
                int first = tokens.is(i - 1, ".") ? i - 2 : i;
                boolean alone = ends && (tokens.is(first - 1, ",") || first - 1 == select);
                rename(i, alone ? " AS " + tokens.get(i).text() : "");
            }
        }
    }

    /** What all columns of the query's tables are, in the order of the tables. */
    private String star(int scope) {
        List<String> all = new ArrayList<>();
        for (int i = from; i < scope; i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (i == at - 1) {
                all.add(own());
                i = end - 1;
            } else if (i == from || tokens.is(i, ",") || tokens.isWord(i, "JOIN")) {
                int name = tokens.is(i + 1, "(") ? tokens.closing(i + 1) : i + 1;
                name = tokens.is(name + 1, ".") ? name + 2 : name;
                int other = tokens.isWord(name + 1, "AS") ? name + 2 : name + 1;
                boolean named = tokens.get(other).isName() && !SetFunctionSpelling.isKeyword(tokens.get(other));
                all.add(tokens.get(named ? other : name).text() + ".*");
            } else if (tokens.isWord(i, "WHERE") || tokens.isWord(i, "GROUP") || tokens.isWord(i, "ORDER")) {
                break;
            }
        }
        return String.join(", ", all);
    }

    private String own() {
        List<String> own = new ArrayList<>();
        columns.forEach((name, value) -> own.add(value + " AS " + '"' + name.replace("\"", "\"\"") + '"'));
        return String.join(", ", own);
    }

    private void rename(int begin, int stop) {
        for (int i = stop - 1; i >= begin; i--) {
            rename(i, "");
        }
    }

    private void rename(int place, String more) {
        SqlToken token = tokens.get(place);
        String value = token.isName() ? columns.get(token.name()) : null;
        if (value == null || tokens.is(place + 1, "(") || tokens.is(place + 1, ".")) {
            return;
        }
        if (!tokens.is(place - 1, ".")) {
            if (!tokens.isWord(place - 1, "AS")) {
                tokens.replace(place, place + 1, value + more);
            }
        } else if (tokens.get(place - 2).name().equals(alias)) {
            tokens.replace(place - 2, place + 1, value + more);
        }
    }
}
