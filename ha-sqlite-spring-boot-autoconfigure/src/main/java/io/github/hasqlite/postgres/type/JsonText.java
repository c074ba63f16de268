package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON as PostgreSQL keeps it: a value of {@code jsonb} has one text, with a blank behind commas and colons, keys sorted by
 * their length and bytes, of equal keys the last, and numbers without exponents. Used once.
 */
public final class JsonText {

    private static final int DEEPEST = 1000;
    private static final int MOST_DIGITS = 1000;
    private static final Pattern NUMBER = Pattern.compile("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d{1,6})?");
    private static final Pattern ESCAPED = Pattern.compile("u[0-9a-fA-F]{4}");

    private static final Comparator<String> BY_LENGTH_AND_BYTES = Comparator.comparing(
                    (String key) -> key.getBytes(StandardCharsets.UTF_8),
                    Comparator.comparingInt(bytes -> bytes.length))
            .thenComparing(key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private final PgType type;
    private final String text;
    private int at;
    private int depth;

    private JsonText(PgType type, String text) {
        this.type = type;
        this.text = text;
    }

    /**
     * What is stored of a text.
     *
     * @param type {@code JSON}, of which the text stays as it is, or {@code JSONB}
     * @throws SQLException if it is no JSON (22P02), or a number or character in it cannot be had (22003, 22P05)
     */
    static String stored(PgType type, String text) throws SQLException {
        String one = new JsonText(type, text).whole();
        return type == PgType.JSONB ? one : text;
    }

    /**
     * What {@code ->>} answers of what {@code ->} does: a text without its quotes.
     *
     * @return {@code null} for that of JSON
     * @throws SQLException if it is no JSON (22P02)
     */
    public static @Nullable String unquoted(String json) throws SQLException {
        if (json.equals("null")) {
            return null;
        }
        return json.startsWith("\"") ? new JsonText(PgType.JSON, json).string() : json;
    }

    /**
     * A key of an object as the right operand of SQLite's {@code ->}, which takes some texts for paths.
     *
     * @throws SQLException if SQLite cannot be asked for it (0A000)
     */
    public static String key(String key) throws SQLException {
        boolean path = key.isEmpty() || key.charAt(0) == '$' || key.charAt(0) == '[';
        if (path && (key.indexOf('"') >= 0 || key.indexOf('\\') >= 0)) {
            throw new SQLException(
                    "a key of JSON that begins with $ or [ and has quotes or backslashes is not supported: " + key,
                    "0A000");
        }
        return path ? "$.\"" + key + '"' : key;
    }

    /**
     * What is in an array, texts without their quotes.
     *
     * @throws SQLException if it is none (22P02)
     */
    static List<@Nullable String> elements(String json) throws SQLException {
        JsonText text = new JsonText(PgType.JSON, json);
        List<@Nullable String> elements = new ArrayList<>();
        text.require('[');
        if (!text.skip(']')) {
            do {
                elements.add(unquoted(text.value()));
            } while (text.skip(','));
            text.require(']');
        }
        return elements;
    }

    private String whole() throws SQLException {
        String value = value();
        blanks();
        if (at < text.length()) {
            throw invalid();
        }
        return value;
    }

    private String value() throws SQLException {
        blanks();
        if (++depth > DEEPEST) {
            throw new SQLException("JSON is nested too deeply: more than " + DEEPEST + " levels", "54001");
        }
        try {
            return switch (at < text.length() ? text.charAt(at) : ' ') {
                case '{' -> object();
                case '[' -> array();
                case '"' -> quoted(string());
                case 't' -> word("true");
                case 'f' -> word("false");
                case 'n' -> word("null");
                default -> number();
            };
        } finally {
            depth--;
        }
    }

    private String object() throws SQLException {
        Map<String, String> members = new TreeMap<>(BY_LENGTH_AND_BYTES);
        at++;
        if (!skip('}')) {
            do {
                blanks();
                if (at >= text.length() || text.charAt(at) != '"') {
                    throw invalid();
                }
                String key = string();
                require(':');
                members.put(key, value());
            } while (skip(','));
            require('}');
        }
        StringBuilder object = new StringBuilder("{");
        members.forEach((key, value) -> object.append(object.length() > 1 ? ", " : "")
                .append(quoted(key))
                .append(": ")
                .append(value));
        return object.append('}').toString();
    }

    private String array() throws SQLException {
        StringBuilder array = new StringBuilder("[");
        at++;
        if (!skip(']')) {
            do {
                array.append(array.length() > 1 ? ", " : "").append(value());
            } while (skip(','));
            require(']');
        }
        return array.append(']').toString();
    }

    private String word(String word) throws SQLException {
        if (!text.startsWith(word, at)) {
            throw invalid();
        }
        at += word.length();
        return word;
    }

    private String number() throws SQLException {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw invalid();
        }
        at = number.end();
        if (type == PgType.JSON) {
            return number.group();
        }
        BigDecimal value = new BigDecimal(number.group());
        if (Math.abs((long) value.scale()) > MOST_DIGITS) {
            throw new SQLException(
                    "value \"" + ValueCast.shown(number.group()) + "\" is out of range for type jsonb here: more than "
                            + MOST_DIGITS + " digits",
                    "22003");
        }
        return value.toPlainString();
    }

    /** The characters between quotes. */
    private String string() throws SQLException {
        StringBuilder characters = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c < ' ' || at >= text.length()) {
                throw invalid();
            }
            characters.append(c == '\\' ? escaped() : c);
        }
        require('"');
        for (int i = 0; i < characters.length(); i++) {
            char c = characters.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < characters.length()
                    && Character.isLowSurrogate(characters.charAt(i + 1));
            if (Character.isSurrogate(c) && !pair) {
                throw invalid();
            }
            i += pair ? 1 : 0;
        }
        return characters.toString();
    }

    private char escaped() throws SQLException {
        Matcher code = ESCAPED.matcher(text).region(at, text.length());
        if (code.lookingAt()) {
            at = code.end();
            char c = (char) Integer.parseInt(code.group().substring(1), 16);
            if (c == 0 && type == PgType.JSONB) {
                throw new SQLException(
                        "unsupported Unicode escape sequence: \\u0000 cannot be a part of a text", "22P05");
            }
            return c;
        }
        return switch (text.charAt(at++)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case '/' -> '/';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> throw invalid();
        };
    }

    private static String quoted(String characters) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < characters.length(); i++) {
            char c = characters.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return quoted.append('"').toString();
    }

    private void blanks() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean skip(char mark) {
        blanks();
        boolean found = at < text.length() && text.charAt(at) == mark;
        at += found ? 1 : 0;
        return found;
    }

    private void require(char mark) throws SQLException {
        // within a text blanks count
        boolean found = mark == '"' ? at < text.length() && text.charAt(at++) == mark : skip(mark);
        if (!found) {
            throw invalid();
        }
    }

    private SQLException invalid() {
        return ValueCast.invalid(PgType.JSON, text);
    }
}
