package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;

/** The standard's fields of intervals: {@code interval '1' day}. Of them one with a plain number is read. Stateless. */
final class IntervalFields {

    private static final Set<String> FIELDS = Set.of("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND");

    private IntervalFields() {}

    static boolean isField(SqlToken token) {
        return token.kind() == Kind.WORD && FIELDS.contains(token.text().toUpperCase(Locale.ROOT));
    }

    /**
     * The interval of a text with one field behind it, as SQL.
     *
     * @throws SQLException if the text is no plain number, or there is more than the field (0A000)
     */
    static String literal(TokenBuffer tokens, int text) throws SQLException {
        String number = tokens.get(text).literal().strip();
        int field = text + 1;
        boolean second = tokens.isWord(field, "SECOND");
        boolean plain = number.matches(second ? "[+-]?\\d{1,15}(\\.\\d{1,6})?" : "[+-]?\\d{1,15}");
        boolean one = !tokens.isWord(field + 1, "TO") && !tokens.is(field + 1, "(");
        if (!plain || !one) {
            throw refused();
        }
        return LiteralText.sql(ValueCast.cast(
                ColumnType.declared(PgType.INTERVAL),
                null,
                number + " " + tokens.get(field).text().toLowerCase(Locale.ROOT)));
    }

    /**
     * Sees that nothing of a type's name would be lost.
     *
     * @param at where the name begins
     * @throws SQLException if an interval has a precision or fields (0A000)
     */
    static void requireWhole(TokenBuffer tokens, int at, TypeName name) throws SQLException {
        boolean interval = name.type() != null && name.type().type() == PgType.INTERVAL;
        boolean precise = tokens.is(at + 1, "(");
        if (interval && (precise || isField(tokens.get(name.end())))) {
            throw refused();
        }
    }

    private static SQLException refused() {
        return new SQLException(
                "fields and precisions of intervals are not supported, but for one field behind a whole number: write"
                        + " interval '1 year 2 months' or interval '1 day 02:03:04'",
                "0A000");
    }
}
