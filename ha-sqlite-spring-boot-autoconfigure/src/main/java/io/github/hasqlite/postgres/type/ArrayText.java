package io.github.hasqlite.postgres.type;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays as texts: in PostgreSQL's form {@code {a,"b c",NULL}}, and as JSON, which SQLite can read. */
public final class ArrayText {

    /** Under which name an object of JSON has bytes, which JSON has no values for. */
    public static final String BYTES = "ha_bytea";

    private ArrayText() {}

    /**
     * The elements of an array of one dimension.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static List<@Nullable String> parse(String text) {
        int length = text.length();
        if (length < 2 || text.charAt(0) != '{' || text.charAt(length - 1) != '}') {
            throw new IllegalArgumentException("no array");
        }
        List<@Nullable String> elements = new ArrayList<>();
        int at = blanks(text, 1);
        while (at < length - 1 || !elements.isEmpty()) {
            StringBuilder element = new StringBuilder();
            boolean quoted = text.charAt(at) == '"';
            at = blanks(text, quoted ? quoted(text, at + 1, element) : bare(text, at, element));
            elements.add(!quoted && element.toString().equalsIgnoreCase("NULL") ? null : element.toString());
            if (at == length - 1) {
                return elements;
            }
            if (text.charAt(at) != ',') {
                throw new IllegalArgumentException("no comma");
            }
            at = blanks(text, at + 1);
        }
        return elements;
    }

    /** Behind blanks, which count for nothing around elements. */
    private static int blanks(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static int quoted(String text, int from, StringBuilder element) {
        int at = from;
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            element.append(text.charAt(at++));
            if (at >= text.length()) {
                throw new IllegalArgumentException("no end");
            }
        }
        return at + 1;
    }

    private static int bare(String text, int from, StringBuilder element) {
        int at = from;
        int kept = 0;
        while (text.charAt(at) != ',' && at < text.length() - 1) {
            char c = text.charAt(at);
            if (c == '{' || c == '}') {
                throw new IllegalArgumentException("arrays of arrays are not supported");
            }
            if (c == '"') {
                throw new IllegalArgumentException("a quote within an element");
            }
            boolean escaped = c == '\\';
            at += escaped ? 1 : 0;
            element.append(text.charAt(at));
            kept = escaped || !isBlank(c) ? element.length() : kept;
            at++;
        }
        if (kept == 0) {
            throw new IllegalArgumentException("an element is missing");
        }
        element.setLength(kept);
        return at;
    }

    /** In PostgreSQL's form. */
    public static String of(List<? extends @Nullable Object> elements) {
        StringBuilder text = new StringBuilder("{");
        for (Object element : elements) {
            text.append(text.length() == 1 ? "" : ",");
            if (element == null) {
                text.append("NULL");
            } else if (element.toString().matches("[\\w.+-]+")
                    && !element.toString().equalsIgnoreCase("NULL")) {
                text.append(element);
            } else {
                text.append(quote(element.toString()));
            }
        }
        return text.append('}').toString();
    }

    private static String quote(String element) {
        return '"' + element.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** As JSON: Long and Double as numbers, bytes as an object with their digits, all else as text. */
    public static String json(List<? extends @Nullable Object> elements) {
        StringBuilder text = new StringBuilder("[");
        for (Object element : elements) {
            text.append(text.length() == 1 ? "" : ",");
            if (element == null || element instanceof Number) {
                text.append(element);
            } else if (element instanceof byte[] bytes) {
                text.append("{\"").append(BYTES).append("\":\"");
                text.append(HexFormat.of().formatHex(bytes)).append("\"}");
            } else {
                jsonText(element.toString(), text);
            }
        }
        return text.append(']').toString();
    }

    private static void jsonText(String element, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
