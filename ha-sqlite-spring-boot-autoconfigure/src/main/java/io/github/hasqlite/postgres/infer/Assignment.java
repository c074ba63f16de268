package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueAssignment;
import java.sql.SQLException;

/** What is stored in a column of another type becomes one of its by plain SQLite, in the schema. */
record Assignment(Findings findings) {

    /** @throws SQLException if plain SQLite cannot do that (0A000), or a literal does not fit (22003) */
    void to(ColumnType column, Comparison.Operand value) throws SQLException {
        PgType from = value.type();
        PgType type = column.type();
        SqlToken token = findings.token(value.from());
        boolean literal = value.to() == value.from() + 1;
        boolean moment = from == PgType.TIMESTAMP || from == PgType.TIMESTAMPTZ;
        if (type.isText()) {
            new TextForm(findings).cast(value);
        } else if (Arithmetic.isNumber(type) && literal && isNumber(token)) {
            number(column, value.from(), token.kind() == Kind.TEXT ? token.literal() : token.text());
        } else if (type == PgType.NUMERIC && column.modifier() > 0) {
            new PlainRounding(findings).spell(value, column.scale());
        } else if (Arithmetic.isWhole(type) && Arithmetic.isFraction(from)) {
            findings.around(value.from(), value.to(), "CAST(round(", ") AS INTEGER)");
        } else if (type == PgType.BOOL && from != null && from.isText() && value.term().single < 0) {
            findings.refuseInSchema(
                    "a text cannot be stored as a truth value in the schema, where it stays a text: write"
                            + " x IN ('true', 't')");
        } else if (type == PgType.TIME && moment) {
            findings.refuseInSchema("a moment cannot be stored as a time in the schema: write substr(x, 12)");
        } else if (from != type && Comparison.isMoment(type) && Comparison.isMoment(from)) {
            new Comparison(findings, value).cast(value, type);
        }
    }

    private static boolean isNumber(SqlToken token) {
        return (token.kind() == Kind.TEXT
                        && LiteralText.isNumber(token.literal().strip()))
                || (token.kind() == Kind.NUMBER && LiteralText.isNumber(token.text()));
    }

    private void number(ColumnType column, int place, String text) throws SQLException {
        boolean rounds = Arithmetic.isWhole(column.type()) || column.modifier() > 0;
        Object stored = ValueAssignment.of(column, ColumnType.declared(PgType.NUMERIC), text.strip());
        if (rounds && !stored.toString().equals(text)) {
            findings.literal(place, LiteralText.sql(stored));
        }
    }
}
