package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ExactDecimal;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.math.BigDecimal;

/** Numbers in the text of a statement, of which SQLite rounds those with many digits. Stateless. */
final class NumberLiteral {

    /** What SQLite takes for an integer behind a minus. */
    private static final String LEAST = "9223372036854775808";

    private NumberLiteral() {}

    /** The one that stands here. */
    static Term read(Cursor cursor, Findings findings) {
        int place = cursor.at++;
        String text = cursor.tokens.get(place).text();
        boolean whole = text.chars().allMatch(Character::isDigit);
        if (!LiteralText.isNumber(text)) {
            Term other = Term.of(findings, whole ? PgType.INT8 : PgType.NUMERIC);
            other.single = place;
            return other;
        }
        BigDecimal number = new BigDecimal(text);
        boolean least = text.equals(LEAST) && cursor.tokens.is(place - 1, "-");
        boolean exact = least || findings.stored() || ExactDecimal.numberOf(number) != null;
        boolean integer = whole && (least || number.precision() < LEAST.length() || isLong(number));
        Term term = Term.of(findings, integer ? PgType.INT8 : PgType.NUMERIC);
        term.single = place;
        term.digits = Math.max(number.precision(), number.scale());
        if (!integer) {
            term.announced = ColumnType.computed(Math.max(number.scale(), 0));
        }
        Long kept = findings.stored() ? null : ExactDecimal.wholeOf(text);
        if (kept != null) {
            findings.literal(place, kept.toString());
        }
        if (!exact) {
            findings.wide(place, number.toPlainString());
            term.bare = place;
        }
        return term;
    }

    private static boolean isLong(BigDecimal whole) {
        return ExactDecimal.numberOf(whole) instanceof Long;
    }

    /**
     * Makes the sign before a number with many digits a part of it.
     *
     * @param sign where it is
     * @return whether it is one
     */
    static boolean negate(Term operand, int sign, Findings findings) {
        boolean edited = operand.bare == sign + 1 && !findings.ofSchema();
        String digits = edited ? findings.wide(operand.bare) : null;
        if (digits != null) {
            findings.wide(operand.bare, "-" + digits);
            findings.remove(sign, sign + 1);
        }
        return digits != null;
    }
}
