package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Puts what is known of a session in the place of the words and calls that ask for it. Stateless. */
public final class SessionValueSpelling {

    /** Written without parentheses; {@code user} alone can be a column of SQLite's. */
    private static final Set<String> WORDS =
            Set.of("current_user", "session_user", "current_role", "current_catalog", "current_schema");

    private static final Set<String> CALLS = Set.of("version", "current_schema", "current_database", "pg_backend_pid");

    private static final Set<String> VERBS =
            Set.of("SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "EXPLAIN");

    /** What may follow one of a list that has no other name. */
    private static final Set<String> ENDS = Set.of(
            "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT");

    private SessionValueSpelling() {}

    /**
     * Changes a statement that reads or writes rows.
     *
     * @param values SQL by the names in lower case
     * @return whether something was changed
     */
    public static boolean apply(TokenBuffer tokens, Map<String, String> values) {
        int verb = 0;
        while (tokens.is(verb, "(")) {
            verb++;
        }
        if (!VERBS.contains(tokens.get(verb).text().toUpperCase(Locale.ROOT))) {
            return false;
        }
        boolean changed = false;
        boolean user = tokens.isWord(verb, "SELECT") && !tokens.containsWord("FROM");
        Deque<Boolean> lists = new ArrayDeque<>();
        lists.push(false);
        for (int i = 0; i < tokens.size(); i++) {
            follow(tokens, i, lists);
            if (tokens.get(i).name().equals("pg_catalog")
                    && tokens.is(i + 1, ".")
                    && CALLS.contains(tokens.get(i + 2).name())
                    && tokens.is(i + 3, "(")) {
                tokens.removeQualifier(i);
            }
            int end = end(tokens, i, user);
            String value = end < 0 ? null : values.get(tokens.get(i).name());
            if (value != null) {
                boolean alone = Boolean.TRUE.equals(lists.peek()) && isAlone(tokens, i, end);
                String name = tokens.get(i).name();
                int behind = alone ? typesEnd(tokens, end) : end;
                if (alone) {
                    tokens.insert(behind, "AS \"" + name + "\"");
                }
                tokens.replace(i, end, value);
                changed = true;
            }
        }
        return changed;
    }

    /** Whether it stands in the list of a query, in each pair of parentheses that is open. */
    private static void follow(TokenBuffer tokens, int at, Deque<Boolean> lists) {
        if (tokens.is(at, "(")) {
            lists.push(false);
        } else if (tokens.is(at, ")") && lists.size() > 1) {
            lists.pop();
        } else if (tokens.isWord(at, "SELECT") || tokens.isWord(at, "RETURNING")) {
            lists.pop();
            lists.push(true);
        } else if (ENDS.stream().anyMatch(word -> tokens.isWord(at, word))) {
            lists.pop();
            lists.push(false);
        }
    }

    /** Behind the word or call; -1 if there is none here. */
    private static int end(TokenBuffer tokens, int at, boolean user) {
        SqlToken token = tokens.get(at);
        boolean called = tokens.is(at + 1, "(");
        boolean table = tokens.isWord(at - 1, "FROM") || tokens.isWord(at - 1, "JOIN");
        if (!token.isName() || tokens.is(at - 1, ".") || tokens.isWord(at - 1, "AS") || table) {
            return -1;
        }
        if (called) {
            return CALLS.contains(token.name()) && tokens.is(at + 2, ")") ? at + 3 : -1;
        }
        boolean word = WORDS.contains(token.name()) || (user && token.name().equals("user"));
        return word && token.kind() == Kind.WORD && !tokens.is(at + 1, ".") ? at + 1 : -1;
    }

    private static boolean isAlone(TokenBuffer tokens, int at, int end) {
        boolean begins = tokens.is(at - 1, ",")
                || tokens.isWord(at - 1, "SELECT")
                || tokens.isWord(at - 1, "RETURNING")
                || tokens.isWord(at - 1, "DISTINCT")
                || tokens.isWord(at - 1, "ALL");
        int next = typesEnd(tokens, end);
        boolean ends = next >= tokens.size()
                || tokens.get(next).text().isEmpty()
                || tokens.is(next, ",")
                || tokens.is(next, ")")
                || ENDS.stream().anyMatch(word -> tokens.isWord(next, word));
        return begins && ends;
    }

    /** Behind casts to types of one word. */
    private static int typesEnd(TokenBuffer tokens, int from) {
        int end = from;
        while (tokens.is(end, "::") && tokens.get(end + 1).isName()) {
            end += 2;
            end = tokens.is(end, "(") ? tokens.closing(end) + 1 : end;
        }
        return end;
    }
}
