package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlTokens;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a statement by their places, numbered as SQLite numbers them: {@code ?} is one more than the
 * greatest so far, {@code ?5} is the fifth, a name is the same wherever it stands.
 *
 * @param names as they are written, such as {@code :a} or {@code ?2}; {@code null} for {@code ?}, and for a place that
 *     the statement leaves out
 */
record StatementParameters(List<@Nullable String> names) {

    /** More than SQLite can have, see its documentation of limits. */
    private static final int MAX = 32_766;

    private static final String WRONG_VALUES = "07001";

    /** Reads them from the text. */
    static StatementParameters of(String sql) {
        List<@Nullable String> names = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        SqlTokens tokens = new SqlTokens(sql);
        String mark = "";
        int end = -1;
        while (tokens.advance()) {
            String token = tokens.text();
            boolean adjacent = tokens.start() == end;
            if (adjacent && !mark.isEmpty() && isName(token)) {
                named(mark + token, names, places);
                mark = "";
            } else {
                if (mark.equals("?")) {
                    names.add(null);
                }
                mark = token.equals("?") || token.equals(":") || token.equals("@") ? token : "";
                if (token.length() > 1 && token.charAt(0) == '$') {
                    named(token, names, places);
                }
            }
            end = tokens.end();
        }
        if (mark.equals("?")) {
            names.add(null);
        }
        return new StatementParameters(names);
    }

    private static boolean isName(String token) {
        char first = token.charAt(0);
        return Character.isLetterOrDigit(first) || first == '_' || first == '$' || first > 0x7f;
    }

    private static void named(String name, List<@Nullable String> names, Map<String, Integer> places) {
        if (name.charAt(0) == '?') {
            numbered(name, names);
        } else if (places.putIfAbsent(name, names.size()) == null) {
            names.add(name);
        }
    }

    private static void numbered(String name, List<@Nullable String> names) {
        int number = name.length() > 6 || !name.chars().skip(1).allMatch(Character::isDigit)
                ? 0
                : Integer.parseInt(name.substring(1));
        if (number < 1 || number > MAX) {
            return;
        }
        while (names.size() < number) {
            names.add(null);
        }
        names.set(number - 1, name);
    }

    /**
     * Values by their places.
     *
     * @throws SQLException a name is missing or unknown, or a parameter has none (07001)
     */
    List<@Nullable Object> order(Map<String, ? extends @Nullable Object> values) throws SQLException {
        List<@Nullable Object> ordered = new ArrayList<>();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String key = name == null ? Integer.toString(i + 1) : name;
            String found = values.containsKey(key) ? key : name == null ? null : name.substring(1);
            if (found == null || !values.containsKey(found)) {
                throw wrong("there is no value for the parameter " + (name == null ? "number " + key : name));
            }
            used.add(found);
            ordered.add(values.get(found));
        }
        for (String given : values.keySet()) {
            if (!used.contains(given)) {
                throw wrong("the statement has no parameter " + given);
            }
        }
        return ordered;
    }

    /**
     * Sees that there are as many values as parameters.
     *
     * @throws SQLException if not (07001)
     */
    void check(List<?> values) throws SQLException {
        if (values.size() != names.size()) {
            throw wrong(
                    "the statement has " + names.size() + " parameters, and there are " + values.size() + " values");
        }
    }

    private static SQLException wrong(String message) {
        return new SQLException(message, WRONG_VALUES);
    }
}
