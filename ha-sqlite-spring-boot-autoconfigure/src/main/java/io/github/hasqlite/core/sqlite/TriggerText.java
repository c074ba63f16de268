package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.core.sqlite.UserTrigger.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The parts of a CREATE TRIGGER statement. */
public final class TriggerText {

    private final TokenList tokens;
    private final Timing timing;
    private final String event;
    private final String table;
    private final int begin;

    /** Reads tokens that begin with {@code CREATE TRIGGER}. */
    public TriggerText(TokenList tokens) {
        this.tokens = tokens;
        int at = afterName(2);
        // BEFORE is what SQLite takes if nothing is said
        timing = switch (SqlIdentifier.upper(tokens.text(at))) {
            case "AFTER" -> Timing.AFTER;
            case "INSTEAD" -> Timing.INSTEAD_OF;
            default -> Timing.BEFORE;
        };
        at += timing == Timing.INSTEAD_OF ? 2 : tokens.isAnyWord(at, "BEFORE", "AFTER") ? 1 : 0;
        event = SqlIdentifier.upper(tokens.text(at));
        at = afterEvent(at + 1);
        table = tokens.is(at + 1, '.') ? tokens.name(at + 2) : tokens.name(at);
        begin = beginFrom(tokens.is(at + 1, '.') ? at + 3 : at + 1);
    }

    /** Whether a trigger, given by its text in the schema, fires after the row is written. */
    public static boolean isAfter(String sql) {
        return new TriggerText(new TokenList(sql)).timing == Timing.AFTER;
    }

    private int afterName(int from) {
        int at = from;
        if (tokens.isWord(at, "IF") && tokens.isWord(at + 1, "NOT")) {
            at += 3;
        }
        return tokens.is(at + 1, '.') ? at + 3 : at + 1;
    }

    /** Behind the ON that follows the event and, for UPDATE OF, its columns; a column may be called "on". */
    private int afterEvent(int from) {
        int at = from;
        if (tokens.isWord(at, "OF")) {
            at += 2;
            while (tokens.is(at, ',')) {
                at += 2;
            }
        }
        return at + 1;
    }

    /** The BEGIN of the body; {@code NEW.begin} is a column. */
    private int beginFrom(int from) {
        int depth = 0;
        for (int at = from; at < tokens.size(); at++) {
            if (tokens.is(at, '(')) {
                depth++;
            } else if (tokens.is(at, ')')) {
                depth--;
            } else if (depth == 0 && tokens.isWord(at, "BEGIN") && !tokens.is(at - 1, '.')) {
                return at;
            }
        }
        return tokens.size();
    }

    Timing timing() {
        return timing;
    }

    String event() {
        return event;
    }

    public String table() {
        return table;
    }

    /** The tables that the statements of the body write to. */
    public List<String> targets() {
        List<String> targets = new ArrayList<>();
        int at = begin + 1;
        while (at < tokens.size() && !isEnd(at)) {
            int end = tokens.semicolonFrom(at);
            WriteTarget target = WriteTarget.of(tokens, at, end);
            if (target != null) {
                targets.add(target.table());
            }
            at = end + 1;
        }
        return targets;
    }

    /** The trigger without the statements that write to other tables. */
    String writingOnlyTo(Predicate<String> tables) {
        StringBuilder sql = new StringBuilder(tokens.textFrom(0, begin));
        int at = begin + 1;
        while (at < tokens.size() && !isEnd(at)) {
            int end = tokens.semicolonFrom(at);
            WriteTarget target = WriteTarget.of(tokens, at, end);
            if (target == null || tables.test(target.table())) {
                sql.append(' ').append(tokens.textFrom(at, end));
            }
            at = end + 1;
        }
        return sql.append(" END").toString();
    }

    /** The index behind the END that closes the body, or the number of tokens. */
    public int end() {
        int at = begin + 1;
        while (at < tokens.size()) {
            if (isEnd(at)) {
                return at + 1;
            }
            at = tokens.semicolonFrom(at) + 1;
        }
        return tokens.size();
    }

    private boolean isEnd(int at) {
        return tokens.isWord(at, "END");
    }
}
