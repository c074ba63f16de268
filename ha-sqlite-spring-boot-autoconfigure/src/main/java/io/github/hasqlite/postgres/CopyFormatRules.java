package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.CopyFormat.Columns;
import io.github.hasqlite.postgres.CopyFormat.Header;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;

/**
 * What options of COPY go together.
 *
 * @param texts values of options by their names
 * @param columns that options are for, by the names of the options
 * @param in whether rows come from the client
 */
record CopyFormatRules(
        boolean binary,
        boolean csv,
        Header header,
        Map<String, String> texts,
        Map<String, Columns> columns,
        boolean in) {

    /** The format, with what was not said. */
    CopyFormat format() throws SQLException {
        String delimiter = character("delimiter", csv ? "," : "\t");
        String quote = character("quote", "\"");
        String escape = character("escape", quote);
        String absent = texts.getOrDefault("null", csv ? "" : "\\N");
        requireEncoding(texts.getOrDefault("encoding", "UTF8"));
        requireDelimiter(delimiter);
        if (absent.contains("\n") || absent.contains("\r")) {
            throw invalid("COPY null representation cannot use newline or carriage return");
        }
        if (absent.contains(delimiter)) {
            throw unsupported("COPY delimiter must not appear in the NULL specification");
        }
        if (csv && quote.equals(delimiter)) {
            throw invalid("COPY delimiter and quote must be different");
        }
        if (csv && absent.contains(quote)) {
            throw unsupported("CSV quote character must not appear in the NULL specification");
        }
        for (String name : columns.keySet()) {
            boolean out = name.equals("force_quote");
            if (out == in) {
                throw unsupported("COPY " + name.toUpperCase(Locale.ROOT).replace('_', ' ')
                        + " only available using COPY " + (out ? "TO" : "FROM"));
            }
        }
        return new CopyFormat(
                binary,
                csv,
                header,
                delimiter.charAt(0),
                absent,
                quote.charAt(0),
                escape.charAt(0),
                columns.getOrDefault("force_quote", Columns.NONE),
                columns.getOrDefault("force_not_null", Columns.NONE),
                columns.getOrDefault("force_null", Columns.NONE));
    }

    private String character(String name, String otherwise) throws SQLException {
        String text = texts.getOrDefault(name, otherwise);
        if (text.length() != 1 || text.charAt(0) > 0x7f) {
            throw unsupported("COPY " + name + " must be a single one-byte character");
        }
        return text;
    }

    private void requireDelimiter(String delimiter) throws SQLException {
        if (delimiter.equals("\n") || delimiter.equals("\r")) {
            throw invalid("COPY delimiter cannot be newline or carriage return");
        }
        // it would be taken for a part of what backslashes mean
        if (!csv && "\\.abcdefghijklmnopqrstuvwxyz0123456789".contains(delimiter)) {
            throw invalid("COPY delimiter cannot be \"" + delimiter + "\"");
        }
    }

    private static void requireEncoding(String encoding) throws SQLException {
        String name = encoding.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
        if (!name.equals("UTF8") && !name.equals("UNICODE")) {
            throw unsupported("COPY: the encoding \"" + encoding
                    + "\" is not supported, rows are UTF8; convert the file," + " for example with iconv");
        }
    }

    private static SQLException invalid(String message) {
        return new SQLException(message, SqlStates.INVALID_PARAMETER);
    }

    private static SQLException unsupported(String message) {
        return new SQLException(message, SqlStates.FEATURE_NOT_SUPPORTED);
    }
}
