package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The order of values of {@code jsonb}: {@code null}, texts, numbers, truth values, arrays, objects; numbers by their
 * values, arrays and objects by their sizes first. Used once.
 */
public final class JsonOrder {

    /** In PostgreSQL's order. */
    private enum Kind {
        NULL,
        TEXT,
        NUMBER,
        BOOLEAN,
        ARRAY,
        OBJECT
    }

    /**
     * A value.
     *
     * @param text that of a scalar
     * @param parts elements of an array; keys and values of an object
     */
    private record Value(Kind kind, String text, List<Value> parts) {

        int compareTo(Value other) {
            if (kind != other.kind) {
                return kind.compareTo(other.kind);
            }
            return switch (kind) {
                case NULL -> 0;
                case NUMBER -> new BigDecimal(text).compareTo(new BigDecimal(other.text));
                case BOOLEAN -> text.equals(other.text) ? 0 : text.equals("true") ? 1 : -1;
                case TEXT -> bytes(text, other.text);
                default -> parts(parts, other.parts);
            };
        }

        private static int parts(List<Value> one, List<Value> other) {
            int compared = Integer.compare(one.size(), other.size());
            for (int i = 0; i < one.size() && compared == 0; i++) {
                compared = one.get(i).compareTo(other.get(i));
            }
            return compared;
        }
    }

    private final String text;
    private int at;

    private JsonOrder(String text) {
        this.text = text;
    }

    /** Less than, equal to or greater than 0; what is no JSON is a text behind all that is. */
    public static int compare(String one, String other) {
        String first = canonical(one);
        String second = canonical(other);
        if (first == null || second == null) {
            return first == null && second == null ? bytes(one, other) : first == null ? 1 : -1;
        }
        if (first.equals(second)) {
            return 0;
        }
        Value left = new JsonOrder(first).value();
        Value right = new JsonOrder(second).value();
        // an empty array is less than all scalars there, unless it is within another value
        if (left.kind == Kind.ARRAY != (right.kind == Kind.ARRAY)
                && left.kind != Kind.OBJECT
                && right.kind != Kind.OBJECT) {
            Value array = left.kind == Kind.ARRAY ? left : right;
            int sign = array.parts.isEmpty() ? -1 : 1;
            return left.kind == Kind.ARRAY ? sign : -sign;
        }
        return left.compareTo(right);
    }

    private static @Nullable String canonical(String json) {
        try {
            return JsonText.stored(PgType.JSONB, json);
        } catch (SQLException e) {
            return null;
        }
    }

    private static int bytes(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** Of a text that is known to be one. */
    private Value value() {
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> parts(Kind.OBJECT, '}');
            case '[' -> parts(Kind.ARRAY, ']');
            case '"' -> new Value(Kind.TEXT, string(), List.of());
            case 'n' -> new Value(Kind.NULL, word(), List.of());
            case 't', 'f' -> new Value(Kind.BOOLEAN, word(), List.of());
            default -> new Value(Kind.NUMBER, word(), List.of());
        };
    }

    private Value parts(Kind kind, char end) {
        List<Value> parts = new ArrayList<>();
        at++;
        while (text.charAt(at) != end) {
            parts.add(value());
            while (" ,:".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }
        at++;
        return new Value(kind, "", parts);
    }

    private String word() {
        int start = at;
        while (at < text.length() && " ,:]}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** The characters between quotes. */
    private String string() {
        int start = at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
        try {
            return String.valueOf(JsonText.unquoted(text.substring(start, at)));
        } catch (SQLException e) {
            throw new IllegalStateException("a text that was read before is none", e);
        }
    }
}
