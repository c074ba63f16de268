package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LISTEN, UNLISTEN, NOTIFY and {@code SELECT pg_notify(…)}.
 *
 * @param what it is
 * @param channel {@code *} for all to UNLISTEN
 * @param payload empty for none
 */
record ChannelCommand(What what, Operand channel, Operand payload) {

    /** What a command can be. */
    enum What {
        LISTEN,
        UNLISTEN,
        NOTIFY,
        PG_NOTIFY
    }

    /**
     * A text that is written, or a parameter's.
     *
     * @param parameter its number, from 1; 0 if it is written
     */
    record Operand(int parameter, String text) {

        static final Operand NONE = new Operand(0, "");

        String of(List<@Nullable Object> values) {
            if (parameter == 0) {
                return text;
            }
            Object value = values.get(parameter - 1);
            return value == null ? "" : value.toString();
        }
    }

    /** {@code pg_notify} of values that are computed first, and given as if they were parameters. */
    static final ChannelCommand COMPUTED = new ChannelCommand(What.PG_NOTIFY, new Operand(1, ""), new Operand(2, ""));

    private static final String SYNTAX = "42601";

    /** Of pg_notify's call: SELECT, the name, a parenthesis, two operands, a comma, a parenthesis, the end. */
    private static final int END_OF_CALL = 7;

    String tag() {
        return what == What.PG_NOTIFY ? "SELECT" : what.name();
    }

    int parameters() {
        return Math.max(channel.parameter, payload.parameter);
    }

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly (42601)
     */
    static @Nullable ChannelCommand of(TokenBuffer tokens) throws SQLException {
        for (What what : List.of(What.LISTEN, What.UNLISTEN, What.NOTIFY)) {
            if (tokens.isWord(0, what.name())) {
                return said(what, tokens);
            }
        }
        boolean call = tokens.isWords(0, "SELECT", "PG_NOTIFY") && tokens.is(2, "(") && tokens.is(4, ",");
        if (!call || !tokens.is(END_OF_CALL - 1, ")") || !isEnd(tokens, END_OF_CALL)) {
            return null;
        }
        Operand channel = operand(tokens.get(3));
        Operand payload = operand(tokens.get(5));
        return channel == null || payload == null ? null : new ChannelCommand(What.PG_NOTIFY, channel, payload);
    }

    /** What {@code SELECT pg_notify(…)} is given, as SQL; {@code null} if the statement is something else. */
    static @Nullable String expressions(TokenBuffer tokens, String sql) {
        if (!tokens.isWords(0, "SELECT", "PG_NOTIFY") || !tokens.is(2, "(")) {
            return null;
        }
        int close = tokens.closing(2);
        int commas = 0;
        for (int i = 3; i < close; i++) {
            commas += tokens.is(i, ",") ? 1 : 0;
            i = tokens.is(i, "(") || tokens.is(i, "[") ? tokens.closing(i) : i;
        }
        boolean whole = tokens.is(close, ")") && isEnd(tokens, close + 1) && commas == 1;
        return whole ? sql.substring(tokens.get(2).end(), tokens.get(close - 1).end()) : null;
    }

    private static ChannelCommand said(What what, TokenBuffer tokens) throws SQLException {
        boolean all = what == What.UNLISTEN && tokens.is(1, "*");
        if (!all && !tokens.get(1).isName()) {
            throw new SQLException("syntax error: " + what + " wants the name of a channel", SYNTAX);
        }
        Operand channel = new Operand(0, all ? "*" : tokens.get(1).name());
        if (what != What.NOTIFY || isEnd(tokens, 2)) {
            requireEnd(what, tokens, 2);
            return new ChannelCommand(what, channel, Operand.NONE);
        }
        if (!tokens.is(2, ",") || tokens.get(3).kind() != Kind.TEXT) {
            throw new SQLException("syntax error: NOTIFY takes a channel, a comma and a text", SYNTAX);
        }
        requireEnd(what, tokens, 4);
        return new ChannelCommand(what, channel, new Operand(0, tokens.get(3).literal()));
    }

    private static void requireEnd(What what, TokenBuffer tokens, int at) throws SQLException {
        if (!isEnd(tokens, at)) {
            throw new SQLException("syntax error at or near \"" + tokens.get(at).text() + "\" behind " + what, SYNTAX);
        }
    }

    private static boolean isEnd(TokenBuffer tokens, int at) {
        return tokens.get(at).text().isEmpty();
    }

    private static @Nullable Operand operand(SqlToken token) {
        if (token.kind() == Kind.TEXT) {
            return new Operand(0, token.literal());
        }
        String number = token.kind() == Kind.PARAMETER ? token.text().substring(1) : "";
        return number.matches("[1-9]\\d{0,3}") ? new Operand(Integer.parseInt(number), "") : null;
    }
}
