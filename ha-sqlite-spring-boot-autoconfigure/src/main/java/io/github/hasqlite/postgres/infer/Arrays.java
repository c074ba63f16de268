package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Arrays where they are understood, whose elements are compared with what is stored. */
final class Arrays {

    private final Cursor cursor;
    private final Findings findings;

    Arrays(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
    }

    /**
     * {@code left = ANY (array)}, and {@code <> ALL}.
     *
     * @param left where it is
     * @throws SQLException if the array is written wrongly, or an element is none of its type (22P02, 22007); if its type
     *     cannot be compared with what is stored (0A000)
     */
    void compare(Comparison.Operand left, Term array) throws SQLException {
        if (array.element != null) {
            left.term().resolve(array.element.type());
        } else if (array.single >= 0) {
            left.term().resolve(PgType.TEXT);
        }
        PgType type = left.type();
        boolean spans = type == PgType.INTERVAL || (array.element != null && array.element.type() == PgType.INTERVAL);
        if (spans) {
            throw new SQLException(
                    "arrays of intervals are not supported: SQLite compares their texts; write x = '1 day' OR x = …",
                    "0A000");
        }
        PgType element = array.element == null ? null : array.element.type();
        if (element == null) {
            ComparedLiteral.requireElement(findings, left.term(), array.members);
            left.term().resolve(Comparison.widest(array.members));
            array.members.forEach(member -> left.term().unify(member.term()));
            new Comparison(findings, left).withAll(array.members);
        }
        read(array, type == null ? null : ColumnType.declared(type));
        if (element != null && type != element && Comparison.isMoment(type) && Comparison.isMoment(element)) {
            likewise(left, array, element);
        }
    }

    /** Dates and times of different types have different texts: the narrower side becomes one of the wider type. */
    private void likewise(Comparison.Operand left, Term array, PgType element) throws SQLException {
        PgType widest = Comparison.wider(left.type(), element);
        if (left.type() != widest) {
            new Comparison(findings, left).cast(left, widest);
        }
        if (element == widest) {
            return;
        }
        String cast = "ha_cast(value, " + (widest == null ? 0 : widest.oid()) + ", -1, " + element.oid() + ")";
        if (array.single >= 0) {
            findings.before(array.single, "(SELECT json_group_array(" + cast + ") FROM json_each(");
            findings.after(array.single, "))");
        }
        for (Comparison.Operand member : array.members) {
            new Comparison(findings, member).cast(member.of(Term.of(findings, element)), widest);
        }
    }

    /**
     * Makes JSON of an array, with elements as they are stored.
     *
     * @param otherwise the type of its elements where its own text says none; {@code null} if nobody knows
     */
    void read(Term array, @Nullable ColumnType otherwise) throws SQLException {
        if (array.single < 0) {
            return;
        }
        SqlToken token = cursor.tokens.get(array.single);
        ColumnType element = array.element != null ? array.element : otherwise;
        if (token.kind() == Kind.PARAMETER) {
            if (array.element != null && array.type != null && array.type.isText()) {
                // a text of the client's, which only runs into an array
                int oid = element == null ? PgType.TEXT.oid() : element.type().oid();
                findings.before(array.single, "ha_elements(");
                findings.after(array.single, ", " + oid + ")");
            } else if (array.isOpen()) {
                int oid = element == null ? 0 : element.type().arrayOid();
                findings.parameter(array.single, oid == 0 ? PgType.TEXT.arrayOid() : oid);
            }
        } else if (token.kind() == Kind.TEXT && element != null) {
            findings.literal(array.single, LiteralText.sql(ValueCast.json(element, token.literal())));
        }
    }

    /** One that a query answers goes out in PostgreSQL's form: of integers, or of texts. */
    void answer(Term array, int from, int to) {
        boolean made = array.single < 0
                && !array.members.isEmpty()
                && cursor.tokens.isWord(from, "ARRAY")
                && cursor.tokens.closing(from + 1) == to - 1;
        PgType element = array.element != null
                ? array.element.type()
                : made ? array.members.get(0).term().type : null;
        if ((array.element == null && !made) || element == PgType.BYTEA || to <= from) {
            return;
        }
        if (made) {
            findings.instead(from, "json_array");
            findings.instead(from + 1, "(");
            findings.instead(to - 1, ")");
        }
        boolean whole = element == PgType.INT8 || element == PgType.INT4 || element == PgType.INT2;
        int oid = element == null ? PgType.TEXT.oid() : element.oid();
        findings.before(from, "ha_array_text(");
        findings.after(to - 1, ", " + oid + ")");
        array.announced = ColumnType.seen(whole ? PgType.INT8_ARRAY : PgType.TEXT_ARRAY);
    }
}
