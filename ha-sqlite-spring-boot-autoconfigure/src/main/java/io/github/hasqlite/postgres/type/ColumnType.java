package io.github.hasqlite.postgres.type;

/**
 * What a column is announced with.
 *
 * @param type the type
 * @param modifier PostgreSQL's type modifier; -1 for none
 * @param certain whether the definition of a table says so; if not, the type is what the first rows have
 */
public record ColumnType(PgType type, int modifier, boolean certain) {

    private static final int HEADER = 4;
    private static final int SCALE = 0xffff;
    private static final int SCALE_BITS = 16;
    private static final int MOST_DIGITS = 1000;

    /** Takes whatever SQLite can store, as the text that SQLite makes of it. */
    public static final ColumnType ANYTHING = new ColumnType(PgType.TEXT, -1, false);

    /** Digits behind the point that a numeric column has; 0 if its definition does not say. */
    public int scale() {
        return type == PgType.NUMERIC && modifier > 0 ? (modifier - HEADER) & SCALE : 0;
    }

    /** Digits that a numeric has altogether at most; 1000 if its definition does not say. */
    public int precision() {
        return type == PgType.NUMERIC && modifier > 0 ? (modifier - HEADER) >> SCALE_BITS : MOST_DIGITS;
    }

    /** How many characters a text may have; -1 for any number. */
    public int length() {
        return modifier > HEADER && type != PgType.NUMERIC ? modifier - HEADER : -1;
    }

    /** A numeric with digits behind the point. */
    public static ColumnType numeric(int scale) {
        return new ColumnType(PgType.NUMERIC, ((MOST_DIGITS << SCALE_BITS) | scale) + HEADER, true);
    }

    /** The result of a computation that has no more digits behind the point than these. */
    public static ColumnType computed(int scale) {
        return new ColumnType(PgType.NUMERIC, numeric(scale).modifier(), false);
    }

    /** PostgreSQL's type modifier as clients are told it; -1 for none, as numbers that are computed have. */
    public int toldModifier() {
        return type == PgType.NUMERIC && modifier > 0 && precision() == MOST_DIGITS ? -1 : modifier;
    }

    /** A type that a definition says. */
    public static ColumnType declared(PgType type) {
        return new ColumnType(type, -1, true);
    }

    /** A type that the first rows have. */
    public static ColumnType seen(PgType type) {
        return new ColumnType(type, -1, false);
    }
}
