package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of COPY from pieces that end anywhere. Not thread-safe. */
final class CopyReader {

    /** Bytes of a row at most; what has no end of line is not to fill the memory. */
    private static final int LONGEST_ROW = 64 * 1024 * 1024;

    /** Takes rows. */
    interface Sink {
        void row(List<@Nullable String> values, long line) throws SQLException;
    }

    private final CopyFormat format;
    private final Sink sink;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private boolean inQuotes;
    private boolean escaping;
    private boolean ended;
    private long line;

    CopyReader(CopyFormat format, Sink sink) {
        this.format = format;
        this.sink = sink;
    }

    void push(byte[] bytes) throws SQLException {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (format.csv()) {
                track((char) b);
            } else if (escaping) {
                // a backslash before the end of a line keeps it in the value
                escaping = false;
                continue;
            } else if (b == '\\') {
                escaping = true;
            }
            if (b == '\n' && !inQuotes) {
                pending.write(bytes, from, i - from);
                from = i + 1;
                endLine();
            }
        }
        pending.write(bytes, from, bytes.length - from);
        if (pending.size() > LONGEST_ROW) {
            throw new SQLException("COPY: a row has more than " + LONGEST_ROW + " bytes", SqlStates.LIMIT_EXCEEDED);
        }
    }

    private void track(char c) {
        if (escaping) {
            escaping = false;
        } else if (inQuotes && format.escape() != format.quote() && c == format.escape()) {
            escaping = true;
        } else if (c == format.quote()) {
            inQuotes = !inQuotes;
        }
    }

    /** Nothing more comes. */
    void finish() throws SQLException {
        if (inQuotes) {
            throw new SQLException("COPY: unterminated CSV quoted field", "22P04");
        }
        if (pending.size() > 0) {
            endLine();
        }
    }

    private void endLine() throws SQLException {
        String text = pending.toString(StandardCharsets.UTF_8);
        pending.reset();
        if (text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        line++;
        if (ended || (format.header() && line == 1)) {
            return;
        }
        if (text.equals("\\.")) {
            ended = true;
            return;
        }
        sink.row(format.csv() ? quoted(text) : escaped(text), line);
    }

    private List<@Nullable String> quoted(String text) {
        List<@Nullable String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quotes = false;
        boolean wasQuoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean more = i + 1 < text.length();
            if (quotes
                    && c == format.escape()
                    && more
                    && (text.charAt(i + 1) == format.quote() || text.charAt(i + 1) == format.escape())) {
                value.append(text.charAt(++i));
            } else if (c == format.quote()) {
                quotes = !quotes;
                wasQuoted = true;
            } else if (c == format.delimiter() && !quotes) {
                values.add(finished(value, wasQuoted));
                wasQuoted = false;
            } else {
                value.append(c);
            }
        }
        values.add(finished(value, wasQuoted));
        return values;
    }

    private @Nullable String finished(StringBuilder value, boolean wasQuoted) {
        String text = value.toString();
        value.setLength(0);
        return !wasQuoted && text.equals(format.nullText()) ? null : text;
    }

    private List<@Nullable String> escaped(String text) {
        List<@Nullable String> values = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i < text.length() && text.charAt(i) == '\\') {
                i++;
            } else if (i == text.length() || text.charAt(i) == format.delimiter()) {
                String raw = text.substring(from, i);
                values.add(raw.equals(format.nullText()) ? null : unescaped(raw));
                from = i + 1;
            }
        }
        if (from <= text.length() && text.endsWith("\\") && values.isEmpty()) {
            values.add(unescaped(text.substring(from)));
        }
        return values;
    }

    private static String unescaped(String raw) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder value = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '\\' && i + 1 < raw.length()) {
                char next = raw.charAt(++i);
                value.append(
                        switch (next) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            case 'v' -> '\u000b';
                            default -> next;
                        });
            } else {
                value.append(c);
            }
        }
        return value.toString();
    }
}
