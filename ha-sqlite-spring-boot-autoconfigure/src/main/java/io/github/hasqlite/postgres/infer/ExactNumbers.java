package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.LiteralText;
import java.math.BigDecimal;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Numbers that SQLite keeps with all of their digits in columns of numbers: others become floating point there. Stateless. */
public final class ExactNumbers {

    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private ExactNumbers() {}

    /**
     * Sees that a text is no number, or one that keeps its digits.
     *
     * @param column where it is to be stored, for the error; {@code null} if nobody knows
     * @throws SQLException if it would lose some (22003)
     */
    public static void require(String text, @Nullable String column) throws SQLException {
        boolean exponent = text.indexOf('e') >= 0 || text.indexOf('E') >= 0;
        if ((text.length() <= 15 && !exponent) || !LiteralText.isNumber(text)) {
            return;
        }
        BigDecimal number = new BigDecimal(text);
        boolean whole =
                number.stripTrailingZeros().scale() <= 0 && number.compareTo(LEAST) >= 0 && number.compareTo(MOST) <= 0;
        if (whole) {
            return;
        }
        double real = number.doubleValue();
        boolean same = !Double.isInfinite(real) && new BigDecimal(Double.toString(real)).compareTo(number) == 0;
        if (!same) {
            throw new SQLException(
                    (text.length() > 60 ? text.substring(0, 60) + "…" : text)
                            + " has more digits than SQLite keeps in a column of numbers, about 15"
                            + ": declare the column " + (column == null ? "" : "\"" + column + "\" ")
                            + "TEXT, or round it",
                    "22003");
        }
    }
}
