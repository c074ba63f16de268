package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;

/**
 * Rounding of decimals in the schema, where SQLite's function goes by the digits of the nearest floating point number: what
 * is in the middle is brought behind the point of a whole number first, which has it exactly.
 */
record PlainRounding(Findings findings) {

    /** Digits behind the point of the whole number that are more than the noise of floating point. */
    private static final int NOISE = 9;

    /** {@code round(value, digits)}. */
    void spell(Comparison.Operand value, Comparison.Operand digits) {
        String text =
                digits.to() == digits.from() + 1 ? findings.token(digits.from()).text() : "";
        if (text.matches("[1-9]")) {
            spell(value, Integer.parseInt(text));
        }
    }

    /** An operand that is rounded to these digits behind the point. */
    void spell(Comparison.Operand value, int digits) {
        int scale = value.term().scale();
        boolean rounded = scale >= 0 && scale <= digits;
        if (value.term().is(PgType.NUMERIC) && !rounded && digits > 0 && digits <= NOISE) {
            String factor = "1" + "0".repeat(digits) + ".0";
            findings.around(
                    value.from(),
                    value.to(),
                    "round(round((",
                    ") * " + factor + ", " + (scale < 0 ? NOISE : scale - digits) + ")) / " + factor);
        }
    }
}
