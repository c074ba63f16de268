package io.github.hasqlite.postgres.type;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.SQLException;

/** Rounds as PostgreSQL does, of which SQLite's function goes by the digits of the nearest floating point number. Stateless. */
public final class Rounding {

    private static final int MOST_DIGITS = 1000;

    private Rounding() {}

    /**
     * A number to digits behind the point, away from zero where it is in the middle.
     *
     * @param value Long, Double, String or byte[]
     * @param digits Long; negative for those before the point
     * @throws SQLException if one is no number (22P02, 42846)
     */
    public static Object away(Object value, Object digits) throws SQLException {
        return scaled(value, digits, RoundingMode.HALF_UP);
    }

    /** As above, without what is behind the digits. */
    public static Object cut(Object value, Object digits) throws SQLException {
        return scaled(value, digits, RoundingMode.DOWN);
    }

    private static Object scaled(Object value, Object digits, RoundingMode mode) throws SQLException {
        Object number = ValueCast.cast(ColumnType.declared(PgType.NUMERIC), null, value);
        boolean finite = number instanceof Long
                || (number instanceof Double real && !real.isInfinite())
                || (number instanceof String text && LiteralText.isNumber(text));
        Object scale = ValueCast.cast(ColumnType.declared(PgType.INT4), null, digits);
        if (!finite || !(scale instanceof Long places)) {
            return number;
        }
        int kept = (int) Math.max(-MOST_DIGITS, Math.min(MOST_DIGITS, places));
        BigDecimal rounded = new BigDecimal(number.toString()).setScale(kept, mode);
        return ExactDecimal.stored(rounded, ExactDecimal.isExact(number));
    }

    /**
     * A floating point number to a whole one, the even one where it is in the middle.
     *
     * @throws SQLException if it is no number (22P02, 42846)
     */
    public static Object even(Object value) throws SQLException {
        Object number = ValueCast.cast(ColumnType.declared(PgType.FLOAT8), null, value);
        return number instanceof Double real ? (Object) Math.rint(real) : number;
    }
}
