package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;

/** A literal or parameter that is compared with several values, which say what it is. Stateless. */
final class ComparedLiteral {

    private ComparedLiteral() {}

    /**
     * Sees that it is compared with values of one type only: of another one it would be another value.
     *
     * @param left what is compared; anything else than a literal or parameter is not looked at
     * @throws SQLException if they differ (42804)
     */
    static void requireOne(Findings findings, Term left, List<Comparison.Operand> others) throws SQLException {
        require(findings, left, others, false);
    }

    /**
     * As above, with the elements of an array, which are of one type in PostgreSQL.
     *
     * @throws SQLException if they differ (42804)
     */
    static void requireElement(Findings findings, Term left, List<Comparison.Operand> elements) throws SQLException {
        require(findings, left, elements, true);
    }

    private static void require(Findings findings, Term left, List<Comparison.Operand> others, boolean elements)
            throws SQLException {
        for (int i = 0; i < left.elements.size(); i++) {
            int column = i;
            List<Comparison.Operand> values = others.stream()
                    .filter(other -> other.term().elements.size() == left.elements.size())
                    .map(other -> other.term().elements.get(column))
                    .toList();
            require(findings, left.elements.get(i).term(), values, elements);
        }
        Comparison.Operand first = null;
        for (Comparison.Operand other : others) {
            if (first != null && left.isOpen() && !findings.stored()) {
                requireAlike(first, other, elements);
            }
            first = first == null && other.type() != null ? other : first;
        }
    }

    private static void requireAlike(Comparison.Operand one, Comparison.Operand other, boolean elements)
            throws SQLException {
        PgType a = one.type();
        PgType b = other.type();
        // values that stand there are of one type in PostgreSQL, columns are not
        boolean constant = elements || (!one.term().column && !other.term().column);
        if (a != null && b != null && !isAlike(a, b, constant)) {
            throw new SQLException(
                    "a literal or parameter is compared with values of the types " + a.display() + " and " + b.display()
                            + ": cast it, as in 'x'::" + b.typname() + ", or cast these to one type",
                    "42804");
        }
    }

    /** Whether a text means the same as a value of each. */
    private static boolean isAlike(PgType a, PgType b, boolean constant) {
        boolean numbers = Arithmetic.isNumber(a) && Arithmetic.isNumber(b);
        boolean texts = a.isText() && b.isText() && (a == PgType.BPCHAR) == (b == PgType.BPCHAR);
        boolean moments = constant && Comparison.isMoment(a) && Comparison.isMoment(b);
        return a == b || numbers || texts || moments;
    }
}
