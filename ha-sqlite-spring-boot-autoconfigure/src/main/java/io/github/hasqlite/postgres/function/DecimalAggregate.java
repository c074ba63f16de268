package io.github.hasqlite.postgres.function;

import io.github.hasqlite.postgres.type.DecimalSum;
import io.github.hasqlite.postgres.type.ExactDecimal;
import java.math.BigDecimal;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** The sum or the average of numbers by the digits that they have as decimals, also of a window. Of one connection. */
final class DecimalAggregate extends Function.Window {

    private static final int INTEGER = 1;
    private static final int REAL = 2;
    private static final int NULL = 5;

    private final boolean average;
    private final boolean decimals;
    private BigDecimal sum = BigDecimal.ZERO;
    private long count;
    private boolean exact = true;
    private long infinite;
    private long negative;
    private long none;

    /** @param decimals whether all numbers are decimals, and none the result of a division */
    DecimalAggregate(boolean average, boolean decimals) {
        this.average = average;
        this.decimals = decimals;
    }

    @Override
    protected void xStep() throws SQLException {
        add(1);
    }

    @Override
    protected void xInverse() throws SQLException {
        add(-1);
    }

    private void add(int sign) throws SQLException {
        int type = value_type(0);
        if (type == NULL) {
            return;
        }
        try {
            Object value = type == INTEGER ? (Object) value_long(0) : type == REAL ? value_double(0) : value_text(0);
            BigDecimal decimal = DecimalSum.decimal(value);
            count += sign;
            exact &= decimals || ExactDecimal.isExact(value);
            if (decimal != null) {
                sum = sign > 0 ? sum.add(decimal) : sum.subtract(decimal);
            } else if (!(value instanceof Double real)) {
                none += sign;
            } else if (real > 0) {
                infinite += sign;
            } else {
                negative += sign;
            }
        } catch (SQLException e) {
            error(String.valueOf(e.getMessage()));
        }
    }

    @Override
    protected void xValue() throws SQLException {
        Object value;
        try {
            value = value();
        } catch (SQLException e) {
            error(String.valueOf(e.getMessage()));
            return;
        }
        if (value instanceof Long number) {
            result(number);
        } else if (value instanceof Double number) {
            result(number);
        } else if (value != null) {
            result(value.toString());
        } else {
            result();
        }
    }

    private @Nullable Object value() throws SQLException {
        if (count == 0) {
            return null;
        }
        if (none > 0 || (infinite > 0 && negative > 0)) {
            return "NaN";
        }
        if (infinite > 0 || negative > 0) {
            return infinite > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        return average ? DecimalSum.quotient(sum, count) : ExactDecimal.stored(sum, exact);
    }

    @Override
    protected void xFinal() throws SQLException {
        xValue();
        clear();
    }

    private void clear() {
        sum = BigDecimal.ZERO;
        exact = true;
        count = 0;
        infinite = 0;
        negative = 0;
        none = 0;
    }

    @Override
    @SuppressWarnings("NoClone")
    public Object clone() throws CloneNotSupportedException {
        DecimalAggregate copy = (DecimalAggregate) super.clone();
        copy.clear();
        return copy;
    }
}
