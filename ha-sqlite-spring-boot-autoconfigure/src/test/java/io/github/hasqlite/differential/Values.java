package io.github.hasqlite.differential;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Values as text that tells every difference: storage class, sign of zero, every byte. */
final class Values {

    private static final int LONG_TEXT = 60;

    private Values() {}

    /** The values of a row. */
    static String text(List<?> values) {
        return values.stream().map(Values::text).toList().toString();
    }

    /** One value as JDBC hands it out. */
    static String text(Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof byte[] bytes) {
            return "x" + shortened(HexFormat.of().formatHex(bytes));
        }
        if (value instanceof Double real) {
            return "r" + real + (Double.isNaN(real) ? Long.toHexString(Double.doubleToRawLongBits(real)) : "");
        }
        if (value instanceof Integer || value instanceof Long) {
            return "i" + value;
        }
        if (value instanceof String string) {
            return "'" + shortened(string) + "'";
        }
        return value.getClass().getSimpleName() + value;
    }

    private static String shortened(String text) {
        return text.length() <= LONG_TEXT
                ? text
                : text.substring(0, LONG_TEXT) + "…" + text.length() + "#"
                        + Integer.toHexString(
                                new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).hashCode());
    }

    /** With control characters made visible. */
    static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '\uFEFF' || c == '\uFFFD' || Character.isSurrogate(c) && !isPaired(text, i)) {
                visible.append("\\u%04x".formatted((int) c));
            } else {
                visible.append(c);
            }
        }
        return visible.toString();
    }

    private static boolean isPaired(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
}
