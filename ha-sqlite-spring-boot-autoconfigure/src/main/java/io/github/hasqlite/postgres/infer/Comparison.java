package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
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
    void with(Operand right) throws SQLException {
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
    void withAll(List<Operand> others) throws SQLException {
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
            findings.refuseInSchema(
                    "intervals cannot be compared in the schema, which is SQLite's own: keep seconds, as a"
                            + " number, or compare moments with datetime(x, '+1 day')");
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

    /**
     * Makes moments of different types those of the widest one, as values of which either can come.
     *
     * @return its type; {@code null} if there are none that differ
     */
    static @Nullable PgType widen(Findings findings, List<Operand> operands) {
        PgType widest = null;
        boolean differ = false;
        for (Operand operand : operands) {
            PgType type = operand.type();
            if (isMoment(type)) {
                differ |= widest != null && widest != type;
                widest = wider(widest, type);
            } else if (type != null) {
                return null;
            }
        }
        if (!differ || widest == null || findings.stored()) {
            return null;
        }
        for (Operand operand : operands) {
            if (operand.type() != widest) {
                new Comparison(findings, operand).cast(operand, widest);
            }
        }
        return widest;
    }

    private static @Nullable PgType wider(@Nullable PgType one, @Nullable PgType other) {
        if (one == PgType.TIMESTAMPTZ || other == PgType.TIMESTAMPTZ) {
            return PgType.TIMESTAMPTZ;
        }
        return one == PgType.TIMESTAMP || other == PgType.TIMESTAMP ? PgType.TIMESTAMP : other;
    }

    /** What is stored in a column of another type of dates and times is made one of its. */
    static void assign(Findings findings, Operand value, PgType column) throws SQLException {
        boolean day = column == PgType.TIME && (value.type() == PgType.TIMESTAMP || value.type() == PgType.TIMESTAMPTZ);
        if (day) {
            findings.refuseInSchema("a moment cannot be stored as a time in the schema: write substr(x, 12)");
        }
        if (value.type() != column && (day || (isMoment(column) && isMoment(value.type())))) {
            new Comparison(findings, value).cast(value, column);
        }
    }

    static boolean isMoment(@Nullable PgType type) {
        return type == PgType.DATE || type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ;
    }

    void cast(Operand operand, @Nullable PgType to) {
        PgType from = operand.type();
        if (to != null && findings.ofSchema()) {
            plain(operand, from, to);
        } else if (from != null && to != null) {
            wrap(operand, "ha_cast(", ", " + to.oid() + ", -1, " + from.oid() + ")");
        }
    }

    /** As texts are stored: a day has no time, a moment without a zone no Z. */
    private void plain(Operand operand, @Nullable PgType from, PgType to) {
        if (to == PgType.DATE && operand.to() > operand.from()) {
            findings.around(operand.from(), operand.to(), "substr(", ", 1, 10)");
        } else if (operand.to() > operand.from() && isMoment(from) && isMoment(to)) {
            String day = from == PgType.DATE ? " || 'T00:00:00.000000000" : " || '";
            boolean shorter = from == PgType.TIMESTAMPTZ;
            findings.around(
                    operand.from(),
                    operand.to(),
                    shorter ? "rtrim(" : "(",
                    shorter ? ", 'Z')" : day + (to == PgType.TIMESTAMPTZ ? "Z')" : "')"));
        }
    }

    /** What {@link #plain} has made: a text, or a moment of what a definition in the schema says of another one. */
    static PgType joined(Term left, SqlToken right) {
        String end = right.kind() == Kind.TEXT ? right.literal() : "";
        boolean day = left.is(PgType.DATE) && end.startsWith("T00:00:00.000000000");
        boolean zoned = end.endsWith("Z") && (day || (left.is(PgType.TIMESTAMP) && end.equals("Z")));
        return zoned ? PgType.TIMESTAMPTZ : day ? PgType.TIMESTAMP : PgType.TEXT;
    }

    private void wrap(Operand operand, String before, String after) {
        if (operand.to() > operand.from()) {
            findings.before(operand.from(), before);
            findings.after(operand.to() - 1, after);
        }
    }
}
