package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SET, SHOW, RESET, DISCARD and DEALLOCATE.
 *
 * @param what it is
 * @param name of the setting or the prepared statement, in lower case; {@code all} for all; empty for none
 * @param value to set; {@code null} for the default
 * @param local whether until the end of the transaction only
 */
record SessionCommand(What what, String name, @Nullable String value, boolean local) {

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

    private static SessionCommand of(What what, String name) {
        return new SessionCommand(what, name, null, false);
    }

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

    /** DISCARD ALL, and not one of its parts. */
    boolean discardsAll() {
        return what == What.DISCARD && isAll();
    }

    /**
     * {@code null} if the statement is something else.
     *
     * @throws SQLException if it is written wrongly (42601)
     */
    static @Nullable SessionCommand of(TokenBuffer tokens) throws SQLException {
        if (tokens.isWord(0, "SET")) {
            return set(tokens);
        }
        if (tokens.isWord(0, "SHOW")) {
            return of(What.SHOW, name(tokens, 1));
        }
        if (tokens.isWord(0, "RESET")) {
            return of(What.RESET, name(tokens, 1));
        }
        if (tokens.isWord(0, "DISCARD")) {
            return discard(tokens);
        }
        if (tokens.isWord(0, "DEALLOCATE")) {
            int at = tokens.isWord(1, "PREPARE") && tokens.get(2).isName() ? 2 : 1;
            return of(What.DEALLOCATE, tokens.get(at).name());
        }
        return null;
    }

    private static SessionCommand discard(TokenBuffer tokens) throws SQLException {
        String what = tokens.get(1).name();
        if (!List.of(ALL, "plans", "sequences", "temp", "temporary").contains(what)) {
            throw SqlSyntaxException.near(tokens, 1);
        }
        return of(What.DISCARD, what);
    }

    private static SessionCommand set(TokenBuffer tokens) throws SQLException {
        if (tokens.isWord(1, "TRANSACTION")) {
            return transaction(What.SET_TRANSACTION, tokens);
        }
        if (tokens.isWords(1, "SESSION", "CHARACTERISTICS")) {
            return transaction(What.SET, tokens);
        }
        boolean scope = (tokens.isWord(1, "SESSION") || tokens.isWord(1, "LOCAL"))
                && !tokens.is(2, "=")
                && !tokens.isWord(2, "TO");
        boolean local = scope && tokens.isWord(1, "LOCAL");
        int at = scope && !tokens.isWords(1, "SESSION", "AUTHORIZATION") ? 2 : 1;
        int from;
        if (tokens.isWords(at, "TIME", "ZONE") || tokens.isWords(at, "SESSION", "AUTHORIZATION")) {
            from = at + 2;
        } else if (tokens.isWord(at, "NAMES") || tokens.isWord(at, "ROLE")) {
            from = at + 1;
        } else {
            int name = tokens.is(at + 1, ".") ? at + 3 : at + 1;
            if (!tokens.get(at).isName() || (!tokens.is(name, "=") && !tokens.isWord(name, "TO"))) {
                throw SqlSyntaxException.near(tokens, tokens.get(at).isName() ? name : at);
            }
            from = name + 1;
        }
        if (tokens.get(from).text().isEmpty() && !tokens.isWord(at, "NAMES")) {
            throw SqlSyntaxException.near(tokens, from);
        }
        return new SessionCommand(What.SET, name(tokens, at), value(tokens, from), local);
    }

    private static SessionCommand transaction(What what, TokenBuffer tokens) throws SQLException {
        if (tokens.isWord(2, "SNAPSHOT")) {
            throw new SQLException(
                    "the snapshot of another transaction cannot be taken; BEGIN sees what is committed",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        Boolean readOnly = TransactionCommand.readOnly(tokens);
        String value = readOnly == null ? "serializable" : readOnly ? "on" : "off";
        String setting = readOnly == null ? "transaction_isolation" : "transaction_read_only";
        return what == What.SET
                ? new SessionCommand(what, "default_" + setting, value, false)
                : new SessionCommand(what, setting, value, true);
    }

    /** With a dot in it, or of the words that PostgreSQL has for some. */
    private static String name(TokenBuffer tokens, int at) {
        if (tokens.isWords(at, "TIME", "ZONE")) {
            return "timezone";
        }
        if (tokens.isWords(at, "TRANSACTION", "ISOLATION", "LEVEL")) {
            return "transaction_isolation";
        }
        if (tokens.isWords(at, "SESSION", "AUTHORIZATION")) {
            return "session_authorization";
        }
        if (tokens.isWord(at, "NAMES")) {
            return "client_encoding";
        }
        String name = tokens.get(at).name().toLowerCase(Locale.ROOT);
        return tokens.is(at + 1, ".") ? name + "." + tokens.get(at + 2).name().toLowerCase(Locale.ROOT) : name;
    }

    private static @Nullable String value(TokenBuffer tokens, int from) {
        boolean zone = tokens.isWord(from, "LOCAL") && tokens.isWord(from - 1, "ZONE");
        if (tokens.isWord(from, "DEFAULT") || tokens.get(from).text().isEmpty() || zone) {
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
