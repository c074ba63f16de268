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

        /** What has no place of its own here, as a column that a star stands for. */
        static Operand elsewhere(Term term) {
            return new Operand(term, -1, -1);
        }

        @Nullable
        PgType type() {
            return term.type;
        }

        /** Another term at the same place. */
        Operand of(Term other) {
            return new Operand(other, from, to);
        }

        boolean isPlaced() {
            return to > from;
        }
    }

    Comparison(Findings findings, Operand left) {
        this.findings = findings;
        this.left = left;
    }

    /** Spells both sides so that they compare as values; rows do so column by column. */
    void with(Operand right) throws SQLException {
        List<Operand> row = left.term().elements;
        List<Operand> other = right.term().elements;
        for (int i = 0; i < row.size() && row.size() == other.size(); i++) {
            new Comparison(findings, row.get(i)).with(other.get(i));
        }
        if (row.isEmpty()) {
            withValue(right);
        }
    }

    private void withValue(Operand right) throws SQLException {
        boolean lateral = left.type() == PgType.TIMESTAMP || left.type() == PgType.TIMESTAMPTZ;
        // an index on a column can serve if the other side changes, unless that loses the time of the day
        boolean other = right.term().column && !left.term().column && lateral && right.type() != PgType.DATE;
        if (isMoment(right.type()) && lateral && other && left.type() != right.type()) {
            cast(left, right.type());
        } else {
            withAll(List.of(right));
        }
    }

    /** With what a query answers, of which the left side says how it is compared. */
    void within(List<Query.Item> items) throws SQLException {
        List<Operand> row = left.term().elements;
        List<Operand> columns = row.isEmpty() ? List.of(left) : row;
        for (int i = 0; i < columns.size() && columns.size() == items.size(); i++) {
            new Comparison(findings, columns.get(i)).within(items.get(i));
        }
    }

    private void within(Query.Item item) throws SQLException {
        PgType type = item.term().type;
        left.term().unify(item.term());
        if (Intervals.areMany(left.type()) || Intervals.areMany(type)) {
            new Intervals(findings).collate(left);
        }
        PgType widest = wider(left.type(), type);
        if (item.star() || !isMoment(left.type()) || !isMoment(type) || left.type() == type) {
            return;
        }
        if (left.type() != widest) {
            cast(left, widest);
        }
        for (Operand place : item.places().isEmpty() ? List.of(Operand.elsewhere(item.term())) : item.places()) {
            // a part of a UNION has been made one of its widest type
            if (type != widest) {
                cast(place.of(item.term()), widest);
            }
        }
    }

    /** Makes values that are all compared with each other of one type. */
    static void alike(Findings findings, List<Operand> operands) throws SQLException {
        if (operands.stream().anyMatch(operand -> Intervals.areMany(operand.type()))) {
            new Comparison(findings, operands.get(0)).withAll(operands.subList(1, operands.size()));
        }
        widen(findings, operands);
    }

    /** As above, with each of several. */
    void withAll(List<Operand> others) throws SQLException {
        List<Operand> row = left.term().elements;
        for (int i = 0; i < row.size(); i++) {
            int column = i;
            List<Operand> values = others.stream()
                    .filter(other -> other.term().elements.size() == row.size())
                    .map(other -> other.term().elements.get(column))
                    .toList();
            new Comparison(findings, row.get(i)).withAll(values);
        }
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
        if (type == PgType.VARCHAR && others.stream().anyMatch(other -> other.type() == PgType.BPCHAR)) {
            trim(left);
        }
        if (type == PgType.JSONB) {
            new Intervals(findings).collate(left);
        }
        for (Operand other : others) {
            if (type == PgType.FLOAT8) {
                findings.real(other.term());
            } else if (other.type() == PgType.FLOAT8) {
                findings.real(left.term());
            }
            if (type == PgType.BPCHAR && other.type() == PgType.VARCHAR) {
                trim(other);
            }
            if (type == PgType.INTERVAL) {
                wrap(other, "ha_span(", ")");
            } else if (type == PgType.JSONB && other.type() == PgType.JSON) {
                cast(other, type);
            } else if (isMoment(type) && isMoment(other.type()) && other.type() != type) {
                cast(other, type);
            }
        }
    }

    /**
     * Makes moments of different types those of the widest one, as values of which either can come.
     *
     * @return its type; {@code null} if there are none that differ
     */
    static @Nullable PgType widen(Findings findings, List<Operand> operands) throws SQLException {
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

    /** Of those that are dates and times; {@code null} if none is. */
    static @Nullable PgType widest(List<Operand> operands) {
        PgType widest = null;
        for (Operand operand : operands) {
            widest = isMoment(operand.type()) ? wider(widest, operand.type()) : widest;
        }
        return widest;
    }

    static @Nullable PgType wider(@Nullable PgType one, @Nullable PgType other) {
        if (one == PgType.TIMESTAMPTZ || other == PgType.TIMESTAMPTZ) {
            return PgType.TIMESTAMPTZ;
        }
        return one == PgType.TIMESTAMP || other == PgType.TIMESTAMP ? PgType.TIMESTAMP : other;
    }

    static boolean isMoment(@Nullable PgType type) {
        return type == PgType.DATE || type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ;
    }

    /** @throws SQLException if it stands elsewhere (0A000) */
    void cast(Operand operand, @Nullable PgType to) throws SQLException {
        PgType from = operand.type();
        if (!operand.isPlaced() && from != null && to != null && isMoment(from) && isMoment(to)) {
            findings.refuse("a column of type " + from.display() + " that comes through * cannot be one of type "
                    + to.display() + " here, with which it is compared or stored: write its name, with a cast, x::"
                    + to.typname());
        }
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
        boolean day = left.is(PgType.DATE) && end.matches("T\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z?");
        boolean zoned = end.endsWith("Z") && (day || (left.is(PgType.TIMESTAMP) && end.equals("Z")));
        return zoned ? PgType.TIMESTAMPTZ : day ? PgType.TIMESTAMP : PgType.TEXT;
    }

    /** Of a text that is compared with a {@code char(n)} blanks at its end count for nothing. */
    private void trim(Operand operand) {
        if (operand.isPlaced()) {
            findings.around(operand.from(), operand.to(), "rtrim(", ", ' ')");
        }
    }

    private void wrap(Operand operand, String before, String after) {
        if (operand.to() > operand.from()) {
            findings.before(operand.from(), before);
            findings.after(operand.to() - 1, after);
        }
    }
}
