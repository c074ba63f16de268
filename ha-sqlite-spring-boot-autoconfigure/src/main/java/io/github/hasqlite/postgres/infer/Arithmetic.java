package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DecimalSum;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Sums and products: what they are of, and those of times, which SQLite does not have. */
final class Arithmetic {

    /** Digits that floating point has at least. */
    private static final int MOST_EXACT = 15;

    /** Digits of numbers of which floating point sums many without an error in these. */
    private static final int MOST_SUMMED = 10;

    /** With so many digits behind the point SQLite's function is as good as decimals are, and an index can serve. */
    private static final int MOST_ROUNDED = 4;

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
        if (findings.ofSchema() && (MomentOperands.isTime(left.type) || MomentOperands.isTime(right.type))) {
            findings.refuseInSchema(
                    "sums and products of dates, times and intervals are not supported in the schema, which"
                            + " is SQLite's own: write them with SQLite's functions, such as date(x, '+1 day') or julianday(x)");
            return Term.of(findings, null);
        }
        if (sum && (MomentOperands.isTime(left.type) || MomentOperands.isTime(right.type))) {
            MomentOperands.resolve(operator, left, right);
            findings.before(first, operator.equals("+") ? "ha_plus(" : "ha_minus(");
            findings.instead(place, ",");
            findings.after(end - 1, ")");
            PgType type = MomentOperands.of(operator, left.type, right.type);
            Term moved = type == null ? Term.of(findings, null) : Term.certain(findings, type);
            moved.assumed = left.isAssumed() || right.isAssumed();
            return moved;
        }
        if (left.is(PgType.INTERVAL) || right.is(PgType.INTERVAL)) {
            return product(operator, place, left, first, right, end);
        }
        requireNoText(operator, left);
        requireNoText(operator, right);
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
        boolean divides = operator.equals("/") || (operator.equals("%") && !fraction);
        if (divides && type != null && !findings.ofSchema() && !isNonzero(right, second, end)) {
            findings.before(second, "ha_divisor(");
            findings.after(end - 1, ")");
        }
        if (fraction && operator.equals("/")) {
            // a number without a fraction is an integer for SQLite, whatever its column is; a cast would be of another
            // type
            findings.around(first, place, "(", " * 1.0)");
        } else if (fraction && operator.equals("%")) {
            findings.refuseInSchema("the rest of a division of numbers with fractions is not supported in the schema,"
                    + " where SQLite takes whole numbers: write x - y * CAST(x / y AS INTEGER)");
            findings.before(first, "ha_rest(");
            findings.instead(place, ",");
            findings.after(end - 1, ")");
        }
        Term result = Term.of(findings, type);
        result.loose = true;
        result.announced = type == PgType.NUMERIC ? ColumnType.seen(type) : null;
        boolean rest = operator.equals("%") && type == PgType.NUMERIC && left.scale() >= 0 && right.scale() >= 0;
        if (rest && left.isScaled() && right.isScaled()) {
            int scale = Math.max(left.scale(), right.scale());
            result.announced = ColumnType.computed(scale);
            result.digits = right.digits() - right.scale() + scale;
        }
        if (type == PgType.NUMERIC && (sum || operator.equals("*"))) {
            boolean known = left.scale() >= 0 && right.scale() >= 0;
            int scale = sum ? Math.max(left.scale(), right.scale()) : left.scale() + right.scale();
            boolean scaled = left.isScaled() && right.isScaled();
            result.digits = sum
                    ? Math.max(left.digits() - left.scale(), right.digits() - right.scale()) + 1 + scale
                    : left.digits() + right.digits();
            if (!exact(result, known ? scale : -1, scaled, new Comparison.Operand(result, first, end))) {
                findings.written(left);
                findings.written(right);
                decimal(operator, first, place, end, left.isScaled() && right.isScaled());
            }
        }
        if (type == PgType.FLOAT8) {
            findings.real(left);
            findings.real(right);
        }
        return result;
    }

    /** Whether it is a number in the text that is not 0, of which SQLite's quotient is NULL. */
    private boolean isNonzero(Term term, int from, int to) {
        SqlToken token = findings.token(from);
        return term.single == from
                && to == from + 1
                && token.kind() == Kind.NUMBER
                && token.text().matches("[0-9.]*[1-9][0-9.]*");
    }

    /** By the digits of each value, of which the definitions do not say how many there are. */
    private void decimal(String operator, int first, int place, int end, boolean scaled) {
        DecimalSum.Operator decimal = operator.equals("*")
                ? DecimalSum.Operator.TIMES
                : operator.equals("+") ? DecimalSum.Operator.PLUS : DecimalSum.Operator.MINUS;
        findings.before(first, decimal.function() + (scaled ? "_exactly(" : "("));
        findings.instead(place, ",");
        findings.after(end - 1, ")");
    }

    /**
     * What floating point adds behind the digits that the result has is taken away, so that equal numbers are equal.
     *
     * @param scale digits behind the point that the result has at most; -1 if that is not known
     * @return whether that is done; decimals do it otherwise
     */
    boolean exact(Term result, int scale, boolean scaled, Comparison.Operand place) {
        boolean rounded = announced(result, scale, scaled)
                && (findings.ofSchema() || (scale <= MOST_ROUNDED && result.digits() <= MOST_EXACT));
        if (rounded && scale > 0) {
            findings.around(place.from(), place.to(), "round(", ", " + scale + ")");
        }
        return rounded;
    }

    /** As above, of the sum of many. */
    boolean exactSum(Term of, Comparison.Operand call) {
        int scale = of.scale();
        if (findings.ofSchema()) {
            return exact(call.term(), scale, of.isScaled(), call);
        }
        boolean rounded =
                announced(call.term(), scale, of.isScaled()) && scale <= MOST_ROUNDED && of.digits() <= MOST_SUMMED;
        if (rounded) {
            findings.around(call.from(), call.to(), "ha_checked(", ", " + scale + ")");
        }
        return rounded;
    }

    private static boolean announced(Term result, int scale, boolean scaled) {
        boolean known = scale >= 0 && scale <= MOST_EXACT;
        if (known) {
            result.announced = scaled ? ColumnType.computed(scale) : ColumnType.seen(PgType.NUMERIC);
            result.most = scale;
        }
        return known;
    }

    static boolean isWhole(@Nullable PgType type) {
        return type == PgType.INT2 || type == PgType.INT4 || type == PgType.INT8;
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

    /** SQLite would compute with the digits that a text begins with. */
    private void requireNoText(String operator, Term operand) throws SQLException {
        PgType type = operand.type;
        if (type != null && type.isText() && operand.column && !findings.ofSchema() && !findings.ofCatalog()) {
            throw new SQLException(
                    "operator does not exist: there is no " + operator + " of " + type.display()
                            + ": cast it, as in x::numeric",
                    "42883");
        }
    }

    /** A column of times may hold numbers; a text would be its first digits. */
    private void number(Term term, int from, int to) {
        if (MomentOperands.isTime(term.type)) {
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
