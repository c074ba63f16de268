package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.util.Map;

/** {@code CURRENT_TIMESTAMP(0)} and its kin: SQLite's words for the time have no digits. Stateless. */
public final class ClockSpelling {

    /** The types of what they answer. */
    private static final Map<String, String> TYPES = Map.of(
            "current_timestamp", "timestamptz",
            "localtimestamp", "timestamp",
            "current_time", "time",
            "localtime", "time",
            "current_date", "");

    private ClockSpelling() {}

    /** {@code now() AT TIME ZONE 'utc'} and {@code timezone('utc', now())}: the time of the session, which is UTC. */
    private static boolean universal(TokenBuffer tokens, int at) {
        int zone = at + 2;
        boolean called = tokens.get(at).name().equals("timezone") && tokens.is(at + 1, "(") && isUtc(tokens, zone);
        int comma = tokens.is(zone + 1, "::") ? zone + 3 : zone + 1;
        int argument = nowEnd(tokens, comma + 1);
        if (called && tokens.is(comma, ",") && argument > 0 && tokens.is(argument, ")")) {
            tokens.replace(at, argument + 1, "LOCALTIMESTAMP");
            return true;
        }
        int now = nowEnd(tokens, at);
        if (now > 0 && tokens.isWords(now, "AT", "TIME", "ZONE") && isUtc(tokens, now + 3)) {
            int end = tokens.is(now + 4, "::") ? now + 6 : now + 4;
            tokens.replace(at, end, "LOCALTIMESTAMP");
            return true;
        }
        return false;
    }

    private static boolean isUtc(TokenBuffer tokens, int at) {
        return tokens.get(at).kind() == Kind.TEXT && tokens.get(at).literal().equalsIgnoreCase("utc");
    }

    /** Behind what says the present moment; -1 if something else stands here. */
    private static int nowEnd(TokenBuffer tokens, int at) {
        if (tokens.isWord(at, "CURRENT_TIMESTAMP")) {
            return at + 1;
        }
        boolean now = tokens.get(at).name().equals("now") && tokens.is(at + 1, "(") && tokens.is(at + 2, ")");
        return now ? at + 3 : -1;
    }

    /** Whether a word for the time stands here. */
    public static boolean isClock(TokenBuffer tokens, int at) {
        SqlToken token = tokens.get(at);
        return token.kind() == Kind.WORD && TYPES.containsKey(token.name()) && !tokens.is(at - 1, ".");
    }

    /**
     * Makes digits a cast, but for defaults, which stand in the schema.
     *
     * @return whether something was changed
     */
    public static boolean apply(TokenBuffer tokens) {
        boolean changed = false;
        for (int i = 0; i < tokens.size(); i++) {
            changed |= universal(tokens, i);
            boolean digits = tokens.is(i + 1, "(")
                    && tokens.get(i + 2).kind() == Kind.NUMBER
                    && tokens.is(i + 3, ")")
                    && isClock(tokens, i);
            if (digits && !tokens.isWord(i - 1, "DEFAULT")) {
                String type = TYPES.getOrDefault(tokens.get(i).name(), "");
                tokens.insert(i + 1, "::" + type);
                changed = true;
            }
        }
        return changed;
    }
}
