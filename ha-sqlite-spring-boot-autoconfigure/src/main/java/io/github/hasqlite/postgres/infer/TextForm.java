package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Values that become texts, or parts of them, where PostgreSQL writes them differently from how they are stored. */
record TextForm(Findings findings) {

    private static final int SCALE_BITS = 16;
    private static final int MOST_PADDED = 1000;

    /** As a cast writes it. */
    void cast(Comparison.Operand value) throws SQLException {
        spell(value, false);
    }

    /** As {@code concat} writes it, which has {@code t} for {@code true}, and blanks at the end of a {@code char(n)}. */
    void shown(Comparison.Operand value) throws SQLException {
        pad(value);
        spell(value, true);
    }

    /** A {@code char(n)} has blanks up to its length for patterns, without which it is stored. */
    void pad(Comparison.Operand value) {
        ColumnType type = value.term().announced;
        if (value.term().is(PgType.BPCHAR)
                && type != null
                && type.length() > 0
                && type.length() <= MOST_PADDED
                && value.isPlaced()) {
            findings.around(
                    value.from(),
                    value.to(),
                    "substr((",
                    ") || '" + " ".repeat(type.length()) + "', 1, " + type.length() + ")");
        }
    }

    private void spell(Comparison.Operand value, boolean shown) throws SQLException {
        Term term = value.term();
        PgType type = term.type;
        String literal = literal(value);
        if (literal != null) {
            findings.literal(value.from(), literal);
        } else if (type != null && differs(type)) {
            if (findings.ofSchema()) {
                plain(value, shown);
                return;
            }
            findings.written(term);
            if (!value.isPlaced()) {
                findings.refuse("a value of type " + type.display() + " that comes through * cannot become a text"
                        + " here: write the name of its column, with a cast, x::text");
            }
            boolean letter = shown && term.is(PgType.BOOL);
            findings.before(value.from(), (letter ? "substr(" : "") + "ha_cast(");
            findings.after(value.to() - 1, arguments(term) + (letter ? ", 1, 1)" : ""));
        }
    }

    /** A number as it is written, which SQLite would read first; {@code null} if it is something else. */
    private @Nullable String literal(Comparison.Operand value) {
        boolean single =
                value.to() == value.from() + 1 && findings.token(value.from()).kind() == Kind.NUMBER;
        return single ? LiteralText.ofNumber(findings.token(value.from()).text()) : null;
    }

    static boolean differs(@Nullable PgType type) {
        return type == PgType.BOOL
                || type == PgType.TIMESTAMP
                || type == PgType.TIMESTAMPTZ
                || type == PgType.TIME
                || type == PgType.BYTEA
                || Arithmetic.isFraction(type);
    }

    private static String arguments(Term term) {
        return ", " + PgType.TEXT.oid() + ", -1, " + source(term) + ")";
    }

    /** The number by which the program's own functions know what a value is; 0 if nobody does. */
    static int source(Term term) {
        ColumnType known = term.announced;
        int scale = known != null && known.type() == term.type && term.is(PgType.NUMERIC) ? known.scale() : 0;
        return term.type == null ? 0 : term.type.oid() + (scale << SCALE_BITS);
    }

    private void plain(Comparison.Operand value, boolean shown) throws SQLException {
        PgType type = value.type();
        if (type == PgType.BOOL && value.isPlaced()) {
            String words =
                    shown ? " WHEN 1 THEN 't' WHEN 0 THEN 'f' END)" : " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)";
            findings.around(value.from(), value.to(), "(CASE ", words);
        } else if (type != null && type != PgType.BOOL) {
            findings.refuseInSchema("a value of type " + type.display() + " cannot become a text in the schema, where"
                    + " SQLite writes it in its own way: write it with SQLite's functions, such as " + instead(type));
        }
    }

    private static String instead(PgType type) {
        return switch (type) {
            case TIMESTAMP, TIMESTAMPTZ -> "strftime('%Y-%m-%d %H:%M:%S', x)";
            case TIME -> "strftime('%H:%M:%S', x)";
            case BYTEA -> "hex(x)";
            default -> "printf('%.2f', x)";
        };
    }
}
