package io.github.hasqlite.postgres.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Functions that answer sets, as {@code json_each}: in FROM as a table, among the columns of a SELECT as a table that is
 * joined, with those of the same SELECT side by side.
 */
final class SetFunctionSpelling {

    private static final Set<String> FUNCTIONS =
            Set.of("unnest", "generate_subscripts", "generate_series", "_pg_expandarray", "pg_partition_ancestors");

    /** What can follow FROM and its tables. */
    private static final Set<String> CLAUSES =
            Set.of("WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "HAVING", "EXCEPT", "INTERSECT");

    private SetFunctionSpelling() {}

    static void apply(TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).isName() && FUNCTIONS.contains(tokens.get(i).name()) && tokens.is(i + 1, "(")) {
                if (tokens.isWord(i - 1, "LATERAL")) {
                    tokens.remove(i - 1, i);
                    i--;
                }
                int clause = clause(tokens, i);
                if (tokens.isWord(clause, "SELECT")) {
                    columns(tokens, clause);
                } else if (tokens.isWord(clause, "FROM")) {
                    boolean lateral = tokens.get(i).name().equals("unnest") && LateralUnnest.apply(tokens, i, clause);
                    if (!lateral) {
                        table(tokens, i);
                    }
                }
            }
        }
        fields(tokens);
    }

    /** The SELECT or FROM that a place belongs to; -1 if there is none. */
    private static int clause(TokenBuffer tokens, int at) {
        // what is joined comes behind the conditions of those before it
        boolean joined = tokens.isWord(at - 1, "JOIN");
        int i = at - 1;
        while (i >= 0) {
            if (tokens.is(i, ")") || tokens.is(i, "]")) {
                i = tokens.opening(i);
            } else if (tokens.isWord(i, "SELECT") || tokens.isWord(i, "FROM")) {
                return i;
            } else if (tokens.isWord(i, "WHERE") || (tokens.isWord(i, "ON") && !joined)) {
                return -1;
            }
            i--;
        }
        return -1;
    }

    /** {@code f(x) [WITH ORDINALITY] alias(column, number)}. */
    private static void table(TokenBuffer tokens, int at) {
        int close = tokens.closing(at + 1);
        if (tokens.isWords(close + 1, "WITH", "ORDINALITY")) {
            tokens.remove(close + 1, close + 3);
        }
        int alias = tokens.isWord(close + 1, "AS") ? close + 2 : close + 1;
        boolean named = tokens.get(alias).isName() && !isKeyword(tokens.get(alias));
        String name = named ? tokens.get(alias).text() : tokens.get(at).text();
        String column = name;
        int end = named ? alias + 1 : close + 1;
        if (named && tokens.is(end, "(")) {
            column = tokens.get(end + 1).text();
            if (tokens.is(end + 2, ",")) {
                column += ", key + 1 AS " + tokens.get(end + 3).text();
            }
            end = tokens.closing(end) + 1;
        }
        String function = tokens.get(at).name();
        String array = function.equals("generate_series") ? "ha_series(" : "ha_array(";
        if (function.equals("pg_partition_ancestors")) {
            // nothing is partitioned
            array = "nullif('[]', ";
        }
        String value = "value";
        if (function.equals("generate_subscripts")) {
            value = "key + array_lower(" + tokens.text(at + 2, close) + ")";
        }
        tokens.replace(close, end, ")))" + " " + name);
        tokens.replace(at, at + 2, "(SELECT " + value + " AS " + column + " FROM json_each(" + array);
    }

    static boolean isKeyword(SqlToken token) {
        for (String keyword :
                new String[] {"WHERE", "JOIN", "LEFT", "ON", "GROUP", "ORDER", "CROSS", "INNER", "UNION"}) {
            if (token.isWord(keyword)) {
                return true;
            }
        }
        return false;
    }

    private static void columns(TokenBuffer tokens, int select) {
        List<String> sets = new ArrayList<>();
        int i = select + 1;
        while (i < tokens.size() && !tokens.isWord(i, "FROM") && !endsFrom(tokens, i)) {
            if (tokens.get(i).isName() && FUNCTIONS.contains(tokens.get(i).name()) && tokens.is(i + 1, "(")) {
                i = call(tokens, i, sets);
            } else if (tokens.is(i, "(") && !tokens.isWord(i + 1, "SELECT")) {
                i = inside(tokens, i, sets);
            } else if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            }
            i++;
        }
        int end = i;
        boolean from = tokens.isWord(end, "FROM");
        if (from) {
            end = endOfFrom(tokens, end + 1);
        }
        StringBuilder joined = new StringBuilder();
        for (int set = 0; set < sets.size(); set++) {
            String table = "json_each(" + sets.get(set) + ") ha_k" + set;
            boolean first = set == 0 && !from;
            joined.append(first ? " FROM " : set == 0 ? " CROSS JOIN " : " JOIN ")
                    .append(table);
            joined.append(set == 0 ? "" : " ON ha_k" + set + ".key = ha_k0.key");
        }
        if (joined.length() > 0) {
            tokens.insert(end, joined.toString());
        }
    }

    /** Goes through what is in parentheses; where they end now. */
    private static int inside(TokenBuffer tokens, int open, List<String> sets) {
        int i = open + 1;
        while (i < tokens.size() && !tokens.is(i, ")")) {
            if (tokens.get(i).isName() && FUNCTIONS.contains(tokens.get(i).name()) && tokens.is(i + 1, "(")) {
                i = call(tokens, i, sets);
                if (!tokens.is(open, "(") || tokens.closing(open) == i) {
                    // the parentheses were those of a field, and are gone
                    return i;
                }
            } else if (tokens.is(i, "(")) {
                i = tokens.isWord(i + 1, "SELECT") ? tokens.closing(i) : inside(tokens, i, sets);
            }
            i++;
        }
        return i;
    }

    /** Where the column ends that stands in its place. */
    private static int call(TokenBuffer tokens, int at, List<String> sets) {
        String function = tokens.get(at).name();
        int close = tokens.closing(at + 1);
        boolean series = function.equals("generate_series");
        int end = close;
        if (!series) {
            end = at + 2;
            while (end < close && !tokens.is(end, ",")) {
                end = tokens.is(end, "(") || tokens.is(end, "[") ? tokens.closing(end) + 1 : end + 1;
            }
        }
        String set = (series ? "ha_series(" : "ha_array(") + tokens.text(at + 2, end) + ")";
        int number = sets.indexOf(set);
        if (number < 0) {
            number = sets.size();
            sets.add(set);
        }
        boolean field = tokens.is(at - 1, "(") && tokens.is(close + 1, ")") && tokens.is(close + 2, ".");
        boolean index = function.equals("generate_subscripts")
                || (field && tokens.get(close + 3).name().equals("n"));
        int from = field ? at - 1 : at;
        String first = function.equals("generate_subscripts") ? set.replaceFirst("ha_array", "array_lower") : "1";
        String column = index ? "(ha_k" + number + ".key + " + first + ")" : "(ha_k" + number + ".value)";
        tokens.replace(from, field ? close + 4 : close + 1, column);
        return tokens.closing(from);
    }

    private static int endOfFrom(TokenBuffer tokens, int from) {
        int i = from;
        while (i < tokens.size() && !endsFrom(tokens, i)) {
            i = tokens.is(i, "(") ? tokens.closing(i) + 1 : i + 1;
        }
        return i;
    }

    private static boolean endsFrom(TokenBuffer tokens, int at) {
        return tokens.is(at, ")") || tokens.is(at, ";") || CLAUSES.stream().anyMatch(word -> tokens.isWord(at, word));
    }

    /** {@code (alias.pair).x}, where the pair is its value already. */
    private static void fields(TokenBuffer tokens) {
        for (int i = 4; i < tokens.size(); i++) {
            boolean pair = tokens.is(i, ".")
                    && tokens.is(i - 1, ")")
                    && tokens.is(i - 5, "(")
                    && tokens.is(i - 3, ".")
                    && tokens.get(i + 1).name().equals("x");
            if (pair) {
                tokens.remove(i, i + 2);
            }
        }
    }
}
