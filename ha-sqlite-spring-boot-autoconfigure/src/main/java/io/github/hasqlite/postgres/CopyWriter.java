package io.github.hasqlite.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows of COPY. Not thread-safe. */
final class CopyWriter {

    private final CopyFormat format;
    private final boolean[] quoted;

    /** @param columns their names, in the order of the values */
    CopyWriter(CopyFormat format, List<String> columns) {
        this.format = format;
        this.quoted = new boolean[columns.size()];
        for (int i = 0; i < quoted.length; i++) {
            quoted[i] = format.forceQuote().has(columns.get(i));
        }
    }

    /** The names, with the end of the line. */
    String header(List<String> names) {
        return line(names, false);
    }

    /** One row, with the end of its line. */
    String row(List<@Nullable String> values) {
        return line(values, true);
    }

    private String line(List<? extends @Nullable String> values, boolean force) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                line.append(format.delimiter());
            }
            String value = values.get(i);
            if (value == null) {
                line.append(format.nullText());
            } else if (format.csv()) {
                quoted(value, (force && quoted[i]) || (values.size() == 1 && value.equals("\\.")), line);
            } else {
                escaped(value, line);
            }
        }
        return line.append('\n').toString();
    }

    private void quoted(String value, boolean force, StringBuilder line) {
        boolean plain = !force
                && !value.equals(format.nullText())
                && value.chars()
                        .noneMatch(c -> c == format.delimiter() || c == format.quote() || c == '\n' || c == '\r');
        if (plain) {
            line.append(value);
            return;
        }
        line.append(format.quote());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == format.quote() || c == format.escape()) {
                line.append(format.escape());
            }
            line.append(c);
        }
        line.append(format.quote());
    }

    private void escaped(String value, StringBuilder line) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> line.append("\\\\");
                case '\b' -> line.append("\\b");
                case '\f' -> line.append("\\f");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case '\u000b' -> line.append("\\v");
                default -> {
                    if (c == format.delimiter()) {
                        line.append('\\');
                    }
                    line.append(c);
                }
            }
        }
    }
}
