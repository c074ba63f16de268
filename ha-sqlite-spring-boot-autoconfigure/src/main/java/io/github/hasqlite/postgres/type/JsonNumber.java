package io.github.hasqlite.postgres.type;

import java.sql.SQLException;
import java.util.regex.Pattern;

/** Numbers as values of JSON: a column of that type makes numbers of their texts, as SQLite writes them. Stateless. */
public final class JsonNumber {

    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?");
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9]\\d{0,18}");
    private static final double MOST_WHOLE = 1e19;

    private JsonNumber() {}

    /**
     * The value, if a column keeps it as it is.
     *
     * @param value Long, Double, String or byte[]
     * @throws SQLException if it is the text of a number that would become another one (22003)
     */
    public static Object kept(Object value) throws SQLException {
        if (value instanceof String text
                && NUMBER.matcher(text.strip()).matches()
                && !text.strip().equals(stored(text.strip()))) {
            throw new SQLException(
                    "the number " + ValueCast.shown(text) + " is out of range for type json here: SQLite would store "
                            + stored(text.strip()) + "; declare the column TEXT, or put it into an object or array",
                    "22003");
        }
        return value;
    }

    private static String stored(String text) {
        if (WHOLE.matcher(text).matches()) {
            try {
                return Long.toString(Long.parseLong(text));
            } catch (NumberFormatException e) {
                // a floating point number then
            }
        }
        double real = Double.parseDouble(text);
        boolean whole = Math.rint(real) == real && Math.abs(real) < MOST_WHOLE;
        return whole ? Long.toString((long) real) : ValueText.real(real);
    }
}
