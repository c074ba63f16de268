package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Comparisons of values whose texts do not sort as they do: of different types of time, and of intervals. */
final class Comparison {

    private final Findings findings;
    private final Operand left;

    /** An expression and where it is. */
    record Operand(Term term, int from, int to) {

        @Nullable
        PgType type() {
            return term.type;
        }

        boolean isNumeric() {
            return term.parameter && term.is(PgType.NUMERIC);
        }
    }

    Comparison(Findings findings, Operand left) {
        this.findings = findings;
        this.left = left;
    }

    /** Spells both sides so that they compare as values. */
    void with(Operand right) {
        boolean lateral = left.type() == PgType.TIMESTAMP || left.type() == PgType.TIMESTAMPTZ;
        // an index on a column can serve if the other side changes, unless that loses the time of the day
        boolean other = right.term().column && !left.term().column && lateral && right.type() != PgType.DATE;
        if (isMoment(right.type()) && lateral && other && left.type() != right.type()) {
            cast(left, right.type());
        } else {
            withAll(List.of(right));
        }
        // the text of a number is compared as one with a column only
        if (left.isNumeric() && !right.term().column) {
            cast(left, PgType.NUMERIC);
        }
    }

    /** As above, with each of several. */
    void withAll(List<Operand> others) {
        PgType type = left.type();
        if (type == PgType.DATE) {
            type = others.stream()
                    .map(Operand::type)
                    .filter(other -> isMoment(other) && other != PgType.DATE)
                    .findFirst()
                    .orElse(type);
            if (type != PgType.DATE) {
                cast(left, type);
            }
        }
        if (type == PgType.INTERVAL) {
            wrap(left, "ha_span(", ")");
        }
        for (Operand other : others) {
            if (type == PgType.INTERVAL) {
                wrap(other, "ha_span(", ")");
            } else if (isMoment(type) && isMoment(other.type()) && other.type() != type) {
                cast(other, type);
            } else if (other.isNumeric() && !left.term().column && Arithmetic.isNumber(type)) {
                cast(other, PgType.NUMERIC);
            }
        }
    }

    private static boolean isMoment(@Nullable PgType type) {
        return type == PgType.DATE || type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ;
    }

    private void cast(Operand operand, @Nullable PgType to) {
        PgType from = operand.type();
        if (from != null && to != null) {
            wrap(operand, "ha_cast(", ", " + to.oid() + ", -1, " + from.oid() + ")");
        }
    }

    private void wrap(Operand operand, String before, String after) {
        if (operand.to() > operand.from()) {
            findings.before(operand.from(), before);
            findings.after(operand.to() - 1, after);
        }
    }
}
