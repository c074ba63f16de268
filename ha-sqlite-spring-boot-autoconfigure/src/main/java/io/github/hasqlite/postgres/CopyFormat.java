package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How COPY writes rows.
 *
 * @param csv whether values are quoted, as in CSV; otherwise with backslashes
 * @param header whether the first line has the names
 * @param delimiter between values
 * @param nullText what stands for NULL
 * @param quote around values in CSV
 * @param escape before a quote in a value
 */
record CopyFormat(boolean csv, boolean header, char delimiter, String nullText, char quote, char escape) {

    /** One line, with its end. */
    String line(List<@Nullable String> values) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                line.append(delimiter);
            }
            String value = values.get(i);
            if (value == null) {
                line.append(nullText);
            } else if (csv) {
                quoted(value, line);
            } else {
                escaped(value, line);
            }
        }
        return line.append('\n').toString();
    }

    private void quoted(String value, StringBuilder line) {
        boolean plain = !value.equals(nullText)
                && !value.equals("\\.")
                && value.chars().noneMatch(c -> c == delimiter || c == quote || c == '\n' || c == '\r');
        if (plain) {
            line.append(value);
            return;
        }
        line.append(quote);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == quote || c == escape) {
                line.append(escape);
            }
            line.append(c);
        }
        line.append(quote);
    }

    private void escaped(String value, StringBuilder line) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c == delimiter) {
                        line.append('\\');
                    }
                    line.append(c);
                }
            }
        }
    }

    /** Collects options. */
    static final class Builder {

        private boolean csv;
        private boolean header;
        private @Nullable String delimiter;
        private @Nullable String nullText;
        private String quote = "\"";
        private @Nullable String escape;

        void csv(boolean csv) {
            this.csv = csv;
        }

        void header(boolean header) {
            this.header = header;
        }

        void delimiter(String delimiter) {
            this.delimiter = delimiter;
        }

        void nullText(String nullText) {
            this.nullText = nullText;
        }

        void quote(String quote) {
            this.quote = quote;
        }

        void escape(String escape) {
            this.escape = escape;
        }

        CopyFormat build() throws SQLException {
            String between = delimiter != null ? delimiter : csv ? "," : "\t";
            String before = escape != null ? escape : quote;
            if (between.length() != 1 || quote.length() != 1 || before.length() != 1) {
                throw new SQLException("COPY: DELIMITER, QUOTE and ESCAPE are one character each", "22023");
            }
            if (between.equals("\n")
                    || between.equals("\r")
                    || between.equals("\\")
                    || (between.equals(quote) && csv)) {
                throw new SQLException("COPY: this cannot be the delimiter", "22023");
            }
            String absent = nullText != null ? nullText : csv ? "" : "\\N";
            return new CopyFormat(csv, header, between.charAt(0), absent, quote.charAt(0), before.charAt(0));
        }
    }
}
