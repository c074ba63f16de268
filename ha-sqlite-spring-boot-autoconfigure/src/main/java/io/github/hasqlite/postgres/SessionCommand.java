package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SET, SHOW, RESET, DISCARD and DEALLOCATE.
 *
 * @param what it is
 * @param name of the setting or the prepared statement, in lower case; {@code all} for all; empty for none
 * @param value to set; {@code null} for the default
 */
record SessionCommand(What what, String name, @Nullable String value) {

    /** What a command can be. */
    enum What {
        SET,
        SET_TRANSACTION,
        SHOW,
        RESET,
        DISCARD,
        DEALLOCATE
    }

    private static final String ALL = "all";

    String tag() {
        return switch (what) {
            case SET, SET_TRANSACTION -> "SET";
            case DISCARD -> "DISCARD " + name.toUpperCase(Locale.ROOT);
            case DEALLOCATE -> name.equals(ALL) ? "DEALLOCATE ALL" : "DEALLOCATE";
            default -> what.name();
        };
    }

    List<GatewayColumn> columns() {
        if (what != What.SHOW) {
            return List.of();
        }
        return name.equals(ALL)
                ? List.of(
                        new GatewayColumn("name", "TEXT", ""),
                        new GatewayColumn("setting", "TEXT", ""),
                        new GatewayColumn("description", "TEXT", ""))
                : List.of(new GatewayColumn(name, "TEXT", ""));
    }

    boolean isAll() {
        return name.equals(ALL);
    }

    /** {@code null} if the statement is something else. */
    static @Nullable SessionCommand of(TokenBuffer tokens) {
        if (tokens.isWord(0, "SET")) {
            return set(tokens);
        }
        if (tokens.isWord(0, "SHOW")) {
            return new SessionCommand(What.SHOW, name(tokens, 1), null);
        }
        if (tokens.isWord(0, "RESET")) {
            return new SessionCommand(What.RESET, name(tokens, 1), null);
        }
        if (tokens.isWord(0, "DISCARD")) {
            return new SessionCommand(What.DISCARD, tokens.get(1).name(), null);
        }
        if (tokens.isWord(0, "DEALLOCATE")) {
            int at = tokens.isWord(1, "PREPARE") && tokens.get(2).isName() ? 2 : 1;
            return new SessionCommand(What.DEALLOCATE, tokens.get(at).name(), null);
        }
        return null;
    }

    private static SessionCommand set(TokenBuffer tokens) {
        if (tokens.isWord(1, "TRANSACTION")) {
            return transaction(What.SET_TRANSACTION, tokens);
        }
        if (tokens.isWords(1, "SESSION", "CHARACTERISTICS")) {
            return transaction(What.SET, tokens);
        }
        boolean scope = (tokens.isWord(1, "SESSION") || tokens.isWord(1, "LOCAL"))
                && !tokens.is(2, "=")
                && !tokens.isWord(2, "TO");
        int at = scope ? 2 : 1;
        if (tokens.isWords(at, "TIME", "ZONE")) {
            return new SessionCommand(What.SET, "timezone", value(tokens, at + 2));
        }
        if (tokens.isWord(at, "NAMES")) {
            return new SessionCommand(What.SET, "client_encoding", value(tokens, at + 1));
        }
        if (tokens.isWords(at, "SESSION", "AUTHORIZATION")) {
            return new SessionCommand(What.SET, "session_authorization", value(tokens, at + 2));
        }
        String name = name(tokens, at);
        int value = tokens.is(at + 1, ".") ? at + 3 : at + 1;
        boolean said = tokens.is(value, "=") || tokens.isWord(value, "TO");
        return new SessionCommand(What.SET, name, value(tokens, said ? value + 1 : value));
    }

    private static SessionCommand transaction(What what, TokenBuffer tokens) {
        Boolean readOnly = TransactionCommand.readOnly(tokens);
        String name = what == What.SET ? "default_transaction_read_only" : "transaction_read_only";
        return readOnly == null
                ? new SessionCommand(what, "default_transaction_isolation", "serializable")
                : new SessionCommand(what, name, readOnly ? "on" : "off");
    }

    /** With a dot in it, or of the words that PostgreSQL has for some. */
    private static String name(TokenBuffer tokens, int at) {
        if (tokens.isWords(at, "TIME", "ZONE")) {
            return "timezone";
        }
        if (tokens.isWords(at, "TRANSACTION", "ISOLATION", "LEVEL")) {
            return "transaction_isolation";
        }
        String name = tokens.get(at).name().toLowerCase(Locale.ROOT);
        return tokens.is(at + 1, ".") ? name + "." + tokens.get(at + 2).name().toLowerCase(Locale.ROOT) : name;
    }

    private static @Nullable String value(TokenBuffer tokens, int from) {
        if (tokens.isWord(from, "DEFAULT")) {
            return null;
        }
        StringBuilder value = new StringBuilder();
        for (int i = from; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (i > from && !token.is(",") && !value.toString().endsWith("-")) {
                value.append(' ');
            }
            value.append(
                    token.kind() == Kind.TEXT
                            ? token.literal()
                            : token.kind() == Kind.QUOTED ? token.name() : token.text());
        }
        return value.toString().strip();
    }
}
