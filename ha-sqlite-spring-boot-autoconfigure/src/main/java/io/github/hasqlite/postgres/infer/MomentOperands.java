package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is added to dates, times and intervals and taken from them, as PostgreSQL chooses its operators, and what comes of it. Stateless. */
final class MomentOperands {

    private MomentOperands() {}

    /** Whether sums and differences of the type are not those of numbers. */
    static boolean isTime(@Nullable PgType type) {
        return type == PgType.TIME || type == PgType.INTERVAL || Comparison.isMoment(type);
    }

    /**
     * Says what a literal or parameter is that stands beside one: an interval in a sum, the same in a difference.
     *
     * @throws SQLException if it may be several things (42725), or the other one is a text (42883)
     */
    static void resolve(String operator, Term left, Term right) throws SQLException {
        resolve(operator, left.type, right);
        resolve(operator, right.type, left);
    }

    private static void resolve(String operator, @Nullable PgType type, Term open) throws SQLException {
        if (type == null || !isTime(type)) {
            return;
        }
        boolean sum = operator.equals("+");
        if (open.isOpen() && sum && type == PgType.DATE) {
            throw new SQLException(
                    "operator is not unique: date + unknown: write an interval, as in d + interval '1 day', or a number of"
                            + " days, as in d + 1 or d + $1::int",
                    "42725");
        }
        if (open.type != null && open.type.isText()) {
            throw new SQLException(
                    "operator does not exist: " + type.display() + " " + operator + " " + open.type.display()
                            + ": cast the text, as in x::interval",
                    "42883");
        }
        if (open.isOpen()) {
            open.resolve(sum ? PgType.INTERVAL : type);
        }
    }

    /** What a sum or difference is; {@code null} if only its value tells. */
    static @Nullable PgType of(String operator, @Nullable PgType a, @Nullable PgType b) {
        if (a == null || b == null) {
            PgType known = a == null ? b : a;
            return operator.equals("+") && known != PgType.DATE && known != PgType.INTERVAL ? known : null;
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
}
