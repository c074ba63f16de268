package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * COPY.
 *
 * @param in whether rows come from the client
 * @param table as it is written, perhaps with a schema; empty if a query is copied out
 * @param columns as they are written, with commas; empty for all
 * @param query to copy out; empty if a table is
 * @param format of the rows
 */
record CopyCommand(boolean in, String table, String columns, String query, CopyFormat format) {

    private static final String NOT_SUPPORTED = "0A000";

    /** @throws SQLException if it is not one, or with something that is not supported (42601, 0A000) */
    static CopyCommand of(TokenBuffer tokens, String sql) throws SQLException {
        int at = 1;
        String query = "";
        StringBuilder table = new StringBuilder();
        String columns = "";
        if (tokens.is(1, "(")) {
            int close = tokens.closing(1);
            query = sql.substring(tokens.get(1).end(), tokens.get(close - 1).end());
            at = close + 1;
        } else {
            while (at < tokens.size()
                    && !tokens.is(at, "(")
                    && !tokens.isWord(at, "FROM")
                    && !tokens.isWord(at, "TO")) {
                table.append(tokens.get(at++).text());
            }
            if (tokens.is(at, "(")) {
                int close = tokens.closing(at);
                columns = sql.substring(
                        tokens.get(at).end(), tokens.get(close - 1).end());
                at = close + 1;
            }
        }
        boolean in = tokens.isWord(at, "FROM") && tokens.isWord(at + 1, "STDIN");
        boolean out = tokens.isWord(at, "TO") && tokens.isWord(at + 1, "STDOUT");
        if ((!in && !out) || (in && !query.isEmpty())) {
            throw new SQLException(
                    "COPY is FROM STDIN or TO STDOUT here; psql's \\copy reads and writes files", NOT_SUPPORTED);
        }
        String name = table.toString().replaceFirst("^(?i)(\"public\"|public)\\.", "");
        return new CopyCommand(in, name, columns, query, format(tokens, at + 2));
    }

    private static CopyFormat format(TokenBuffer tokens, int from) throws SQLException {
        CopyFormat.Builder builder = new CopyFormat.Builder();
        int at = tokens.isWord(from, "WITH") ? from + 1 : from;
        while (at < tokens.size()) {
            SqlToken token = tokens.get(at++);
            String name = token.text().toUpperCase(Locale.ROOT);
            switch (name) {
                case "", "(", ")", ",", "AS" -> {}
                case "CSV", "TEXT" -> builder.csv(name.equals("CSV"));
                case "FORMAT" -> {
                    String format = tokens.get(at++).name();
                    if (!format.equals("csv") && !format.equals("text")) {
                        throw new SQLException("COPY format \"" + format + "\" is not supported", NOT_SUPPORTED);
                    }
                    builder.csv(format.equals("csv"));
                }
                case "HEADER" -> {
                    boolean off = tokens.isWord(at, "FALSE") || tokens.isWord(at, "OFF");
                    boolean said =
                            off || tokens.isWord(at, "TRUE") || tokens.isWord(at, "ON") || tokens.isWord(at, "MATCH");
                    builder.header(!off);
                    at += said ? 1 : 0;
                }
                case "DELIMITER" -> at = text(tokens, at, builder::delimiter);
                case "NULL" -> at = text(tokens, at, builder::nullText);
                case "QUOTE" -> at = text(tokens, at, builder::quote);
                case "ESCAPE" -> at = text(tokens, at, builder::escape);
                case "ENCODING" -> at = text(tokens, at, encoding -> {});
                default ->
                    throw new SQLException("COPY option \"" + token.text() + "\" is not supported", NOT_SUPPORTED);
            }
        }
        return builder.build();
    }

    private static int text(TokenBuffer tokens, int at, Consumer<String> to) throws SQLException {
        int literal = tokens.isWord(at, "AS") ? at + 1 : at;
        if (tokens.get(literal).kind() != Kind.TEXT) {
            throw new SQLException(
                    "COPY: a text is expected at \"" + tokens.get(literal).text() + "\"", "42601");
        }
        to.accept(tokens.get(literal).literal());
        return literal + 1;
    }
}
