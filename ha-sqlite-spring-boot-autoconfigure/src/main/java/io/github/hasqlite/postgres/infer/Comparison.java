package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import org.jspecify.annotations.Nullable;

/** Comparisons of values whose texts do not sort as they do: of different types of time, and of intervals. */
final class Comparison {

    private Comparison() {}

    /**
     * Spells both sides so that they compare as values.
     *
     * @param first where the left side begins; -1 if it is to stay as it is
     * @param between behind the left side
     * @param second where the right side begins
     * @param end behind it
     */
    static void align(Findings findings, Term left, Term right, int first, int between, int second, int end) {
        // the text of a number is compared as one with a column only
        if (right.parameter && right.is(PgType.NUMERIC) && !left.column && Arithmetic.isNumber(left.type)) {
            wrap(findings, "ha_cast(", cast(PgType.NUMERIC, PgType.NUMERIC), second, end);
        } else if (left.parameter && left.is(PgType.NUMERIC) && !right.column && first >= 0) {
            wrap(findings, "ha_cast(", cast(PgType.NUMERIC, PgType.NUMERIC), first, between);
        }
        PgType a = left.type;
        PgType b = right.type;
        if (a == PgType.INTERVAL && b == PgType.INTERVAL && first >= 0) {
            wrap(findings, "ha_span(", ")", first, between);
            wrap(findings, "ha_span(", ")", second, end);
        } else if (a != b && isMoment(a) && isMoment(b)) {
            // an index on a column can serve if the other side changes, unless that loses the time of the day
            if (b != PgType.TIMESTAMP && b != PgType.TIMESTAMPTZ || a == PgType.TIMESTAMP || a == PgType.TIMESTAMPTZ) {
                boolean other = right.column && !left.column && first >= 0 && a != PgType.DATE && b != PgType.DATE;
                if (other) {
                    wrap(findings, "ha_cast(", cast(b, a), first, between);
                } else {
                    wrap(findings, "ha_cast(", cast(a, b), second, end);
                }
            } else if (first >= 0) {
                wrap(findings, "ha_cast(", cast(b, a), first, between);
            }
        }
    }

    private static boolean isMoment(@Nullable PgType type) {
        return type == PgType.DATE || type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ;
    }

    private static String cast(@Nullable PgType to, @Nullable PgType from) {
        return ", " + (to == null ? 0 : to.oid()) + ", -1, " + (from == null ? 0 : from.oid()) + ")";
    }

    private static void wrap(Findings findings, String before, String after, int from, int to) {
        if (to > from) {
            findings.before(from, before);
            findings.after(to - 1, after);
        }
    }
}
