package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.CopyFormat.Columns;
import io.github.hasqlite.postgres.CopyFormat.Header;
import io.github.hasqlite.postgres.sql.SqlSyntaxException;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads the options of COPY, in both ways of writing them. Used once. */
final class CopyOptions {

    private static final Set<String> OF_CSV = Set.of("quote", "escape", "force_quote", "force_not_null", "force_null");

    private final TokenBuffer tokens;
    private final boolean in;
    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Columns> columns = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private Header header = Header.NONE;
    private boolean csv;
    private boolean binary;
    private int at;

    private CopyOptions(TokenBuffer tokens, int from, boolean in) {
        this.tokens = tokens;
        this.at = from;
        this.in = in;
    }

    /**
     * The format that the options are for.
     *
     * @param from where they begin
     * @param in whether rows come from the client
     * @throws SQLException if they cannot be understood (42601), mean nothing (22023) or are not supported (0A000)
     */
    static CopyFormat of(TokenBuffer tokens, int from, boolean in) throws SQLException {
        CopyOptions options = new CopyOptions(tokens, from, in);
        options.read();
        return new CopyFormatRules(options.binary, options.csv, options.header, options.texts, options.columns, in)
                .format();
    }

    private void read() throws SQLException {
        if (tokens.isWord(at, "WHERE")) {
            throw unsupported("WHERE");
        }
        at += tokens.isWord(at, "WITH") ? 1 : 0;
        if (tokens.is(at, "(")) {
            listed();
        } else {
            while (!ends()) {
                old();
            }
        }
        if (tokens.isWord(at, "WHERE")) {
            throw unsupported("WHERE");
        }
        if (!ends()) {
            throw SqlSyntaxException.near(tokens, at);
        }
        if (binary && seen.stream().anyMatch(name -> !name.equals("format") && !name.equals("freeze"))) {
            throw new SQLException("COPY in binary has no other options", SqlStates.FEATURE_NOT_SUPPORTED);
        }
        if (!csv) {
            for (String name : seen) {
                if (OF_CSV.contains(name)) {
                    throw new SQLException(
                            "COPY " + name.toUpperCase(Locale.ROOT) + " available only in CSV mode",
                            SqlStates.FEATURE_NOT_SUPPORTED);
                }
            }
        }
    }

    private boolean ends() {
        return tokens.get(at).text().isEmpty() || tokens.isWord(at, "WHERE");
    }

    /** {@code (name value, …)}. */
    private void listed() throws SQLException {
        do {
            at++;
            String name = tokens.get(at).name();
            if (!tokens.get(at++).isName()) {
                throw SqlSyntaxException.near(tokens, at - 1);
            }
            once(name);
            switch (name) {
                case "format" ->
                    format(
                            tokens.get(at++).kind() == Kind.TEXT
                                    ? tokens.get(at - 1).literal()
                                    : tokens.get(at - 1).name());
                case "header" -> header();
                case "delimiter", "null", "quote", "escape", "encoding" -> text(name);
                case "force_quote", "force_not_null", "force_null" -> columns(name, true);
                case "freeze" -> {
                    if (isOn()) {
                        throw unsupported("FREEZE");
                    }
                }
                case "default", "on_error", "reject_limit", "log_verbosity" -> throw unsupported(name);
                default -> throw new SQLException("option \"" + name + "\" not recognized", SqlStates.SYNTAX_ERROR);
            }
        } while (tokens.is(at, ","));
        if (!tokens.is(at, ")")) {
            throw SqlSyntaxException.near(tokens, at);
        }
        at++;
    }

    /** As before PostgreSQL 9: words without commas. */
    private void old() throws SQLException {
        if (tokens.isWord(at, "BINARY")) {
            once("format");
            binary = true;
            at++;
        } else if (tokens.isWord(at, "FREEZE")) {
            throw unsupported("FREEZE");
        } else if (tokens.isWord(at, "CSV")) {
            once("format");
            csv = true;
            at++;
        } else if (tokens.isWord(at, "HEADER")) {
            once("header");
            header = Header.NAMES;
            at++;
        } else if (tokens.isWord(at, "FORCE")) {
            boolean not = tokens.isWords(at + 1, "NOT", "NULL");
            String name = not ? "force_not_null" : tokens.isWord(at + 1, "NULL") ? "force_null" : "force_quote";
            if (name.equals("force_quote") && !tokens.isWord(at + 1, "QUOTE")) {
                throw SqlSyntaxException.near(tokens, at + 1);
            }
            once(name);
            at += not ? 3 : 2;
            columns(name, false);
        } else {
            String name = tokens.get(at).name();
            if (!List.of("delimiter", "null", "quote", "escape", "encoding").contains(name)) {
                throw SqlSyntaxException.near(tokens, at);
            }
            once(name);
            at += tokens.isWord(at + 1, "AS") ? 2 : 1;
            text(name);
        }
    }

    private void once(String name) throws SQLException {
        if (!seen.add(name)) {
            throw new SQLException("conflicting or redundant options: " + name, SqlStates.SYNTAX_ERROR);
        }
    }

    private void format(String format) throws SQLException {
        switch (format) {
            case "csv" -> csv = true;
            case "text" -> csv = false;
            case "binary" -> binary = true;
            default ->
                throw new SQLException("COPY format \"" + format + "\" not recognized", SqlStates.INVALID_PARAMETER);
        }
    }

    private void header() throws SQLException {
        if (tokens.isWord(at, "MATCH")) {
            if (!in) {
                throw new SQLException("cannot use \"match\" with HEADER in COPY TO", SqlStates.FEATURE_NOT_SUPPORTED);
            }
            header = Header.MATCH;
            at++;
        } else {
            header = isOn() ? Header.NAMES : Header.NONE;
        }
    }

    /** A truth value, or nothing, which is one. */
    private boolean isOn() throws SQLException {
        if (tokens.is(at, ",") || tokens.is(at, ")")) {
            return true;
        }
        String value = tokens.get(at).kind() == Kind.TEXT
                ? tokens.get(at).literal()
                : tokens.get(at).name();
        at++;
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "on", "1" -> true;
            case "false", "off", "0" -> false;
            default ->
                throw new SQLException(
                        "an option of COPY requires a Boolean value, not \"" + value + "\"", SqlStates.SYNTAX_ERROR);
        };
    }

    private void text(String name) throws SQLException {
        if (tokens.get(at).kind() != Kind.TEXT) {
            throw SqlSyntaxException.near(tokens, at);
        }
        texts.put(name, tokens.get(at++).literal());
    }

    private void columns(String name, boolean inParentheses) throws SQLException {
        boolean star = tokens.is(at, "*");
        if (star && name.equals("force_quote")) {
            at++;
            columns.put(name, new Columns(true, List.of()));
            return;
        }
        if (inParentheses && !tokens.is(at++, "(")) {
            throw SqlSyntaxException.near(tokens, at - 1);
        }
        List<String> names = new ArrayList<>();
        boolean more;
        do {
            if (!tokens.get(at).isName()) {
                throw SqlSyntaxException.near(tokens, at);
            }
            names.add(tokens.get(at++).name());
            more = tokens.is(at, ",");
            at += more ? 1 : 0;
        } while (more);
        if (inParentheses && !tokens.is(at++, ")")) {
            throw SqlSyntaxException.near(tokens, at - 1);
        }
        columns.put(name, new Columns(false, names));
    }

    private static SQLException unsupported(String what) {
        return new SQLException("COPY: " + what + " is not supported", SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
