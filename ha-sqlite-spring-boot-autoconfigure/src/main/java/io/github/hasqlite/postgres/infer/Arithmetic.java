package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Sums and products: what they are of, and those of times, which SQLite does not have. */
final class Arithmetic {

    private final Findings findings;

    Arithmetic(Findings findings) {
        this.findings = findings;
    }

    /**
     * What an operator makes of its operands.
     *
     * @param place where the operator is
     * @param first where the left operand begins
     * @param second where the right one begins
     * @param end behind it
     * @throws SQLException if there is no such product (42883)
     */
    Term of(String operator, int place, Term left, int first, Term right, int second, int end) throws SQLException {
        boolean sum = operator.equals("+") || operator.equals("-");
        if (end <= second) {
            return Term.of(findings, null);
        }
        if (findings.ofSchema() && (isTime(left.type) || isTime(right.type))) {
            findings.refuseInSchema(
                    "sums and products of dates, times and intervals are not supported in the schema, which"
                            + " is SQLite's own: write them with SQLite's functions, such as date(x, '+1 day') or julianday(x)");
            return Term.of(findings, null);
        }
        if (sum && (isTime(left.type) || isTime(right.type))) {
            findings.before(first, operator.equals("+") ? "ha_plus(" : "ha_minus(");
            findings.instead(place, ",");
            findings.after(end - 1, ")");
            PgType type = sum(operator, left, right);
            return type == null ? Term.of(findings, null) : Term.certain(findings, type);
        }
        if (left.is(PgType.INTERVAL) || right.is(PgType.INTERVAL)) {
            return product(operator, place, left, first, right, end);
        }
        if (!sum) {
            number(left, first, place);
            number(right, second, end);
        }
        if (left.type != null && isNumber(left.type)) {
            right.resolve(left.type);
        } else if (right.type != null && isNumber(right.type)) {
            left.resolve(right.type);
        }
        PgType type = number(left.type, right.type);
        boolean fraction = isFraction(left.type) || isFraction(right.type);
        if (fraction && operator.equals("/")) {
            // a number without a fraction is an integer for SQLite, whatever its column is
            findings.before(second, "CAST(");
            findings.after(end - 1, " AS REAL)");
        } else if (fraction && operator.equals("%")) {
            findings.before(first, "ha_rest(");
            findings.instead(place, ",");
            findings.after(end - 1, ")");
        }
        return Term.of(findings, type);
    }

    static boolean isFraction(@Nullable PgType type) {
        return type == PgType.NUMERIC || type == PgType.FLOAT4 || type == PgType.FLOAT8;
    }

    private Term product(String operator, int place, Term left, int first, Term right, int end) throws SQLException {
        boolean divided = operator.equals("/") && left.is(PgType.INTERVAL);
        if (!divided && !operator.equals("*")) {
            throw new SQLException(
                    "operator does not exist: an interval can be added, multiplied and divided by a number", "42883");
        }
        (left.is(PgType.INTERVAL) ? right : left).resolve(PgType.FLOAT8);
        findings.before(first, divided ? "ha_divided(" : "ha_times(");
        findings.instead(place, ",");
        findings.after(end - 1, ")");
        return Term.certain(findings, PgType.INTERVAL);
    }

    /** A column of times may hold numbers; a text would be its first digits. */
    private void number(Term term, int from, int to) {
        if (isTime(term.type)) {
            findings.before(from, "ha_number(");
            findings.after(to - 1, ")");
        }
    }

    /** {@code -interval}. */
    void negate(Term term, int sign, int end) {
        if (term.is(PgType.INTERVAL)) {
            findings.instead(sign, "ha_times(");
            findings.after(end - 1, ", -1)");
        }
    }

    private static @Nullable PgType sum(String operator, Term left, Term right) {
        PgType a = left.type;
        PgType b = right.type;
        if (a == null || b == null) {
            // what a text without a type is, only its value tells
            return null;
        }
        if (a == PgType.INTERVAL && b == PgType.INTERVAL) {
            return PgType.INTERVAL;
        }
        if (a == PgType.INTERVAL || b == PgType.INTERVAL) {
            PgType moment = a == PgType.INTERVAL ? b : a;
            return moment == PgType.DATE ? PgType.TIMESTAMP : moment;
        }
        if (isTime(a) && isTime(b) && operator.equals("-")) {
            return a == PgType.DATE && b == PgType.DATE ? PgType.INT8 : PgType.INTERVAL;
        }
        if (a == PgType.TIME || b == PgType.TIME) {
            return a == PgType.DATE || b == PgType.DATE ? PgType.TIMESTAMP : null;
        }
        return a == PgType.DATE || b == PgType.DATE ? PgType.DATE : null;
    }

    private static boolean isTime(@Nullable PgType type) {
        return type == PgType.DATE
                || type == PgType.TIME
                || type == PgType.TIMESTAMP
                || type == PgType.TIMESTAMPTZ
                || type == PgType.INTERVAL;
    }

    static boolean isNumber(@Nullable PgType type) {
        return type == PgType.INT2
                || type == PgType.INT4
                || type == PgType.INT8
                || type == PgType.FLOAT4
                || type == PgType.FLOAT8
                || type == PgType.NUMERIC;
    }

    /** The wider of two. */
    static @Nullable PgType number(@Nullable PgType a, @Nullable PgType b) {
        if (!isNumber(a) || !isNumber(b)) {
            return null;
        }
        if (a == PgType.FLOAT8 || b == PgType.FLOAT8 || a == PgType.FLOAT4 || b == PgType.FLOAT4) {
            return PgType.FLOAT8;
        }
        return a == PgType.NUMERIC || b == PgType.NUMERIC ? PgType.NUMERIC : PgType.INT8;
    }
}
