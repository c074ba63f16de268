package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueAssignment;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is stored in a column becomes one of its type, as PostgreSQL's assignments do it, or is refused. */
final class Assignments {

    private static final String WRONG_TYPE = "42804";

    private final Cursor cursor;
    private final Findings findings;

    Assignments(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
    }

    /**
     * Stores the value of one expression.
     *
     * @param from where it begins
     * @param to behind it
     * @throws SQLException if it is none of the column's type (42804, 22xxx), or loses digits (22003)
     */
    void store(Term term, int from, int to, TableColumns.Column column) throws SQLException {
        if (!column.type().certain() || to <= from) {
            return;
        }
        ColumnType type = column.type();
        resolve(term, column);
        findings.written(term);
        if (type.type() == PgType.FLOAT8) {
            findings.real(term);
        }
        boolean literal = term.single >= 0 && to == from + 1;
        SqlToken token = cursor.tokens.get(from);
        if (literal && token.kind() == Kind.TEXT && needsText(type)) {
            findings.literal(from, LiteralText.sql(ValueAssignment.of(type, null, token.literal())));
        } else if (literal && token.kind() == Kind.NUMBER && LiteralText.isNumber(token.text())) {
            number(from, token, column);
        } else if (findings.ofSchema()) {
            new Assignment(findings).to(type, new Comparison.Operand(term, from, to));
        } else if (!cursor.tokens.isWord(from, "NULL") && needs(term, column)) {
            findings.before(from, "ha_assigned(");
            findings.after(to - 1, arguments(term, type));
        }
    }

    private void number(int place, SqlToken token, TableColumns.Column column) throws SQLException {
        ColumnType type = column.type();
        ColumnType numeric = ColumnType.declared(PgType.NUMERIC);
        boolean fraction = type.type() == PgType.NUMERIC && type.modifier() < 0;
        if (fraction || type.type() == PgType.FLOAT8) {
            return;
        }
        if (type.type() == PgType.BOOL) {
            ValueAssignment.of(type, null, ValueAssignment.of(ColumnType.declared(PgType.INT8), numeric, token.text()));
        } else if (Arithmetic.isNumber(type.type())) {
            Object value = ValueAssignment.of(type, numeric, token.text());
            if (!value.toString().equals(token.text())) {
                findings.literal(place, LiteralText.sql(value));
            }
        } else if (type.type().isText()) {
            String digits = new BigDecimal(token.text()).toPlainString();
            findings.literal(place, LiteralText.sql(ValueAssignment.of(type, null, digits)));
        }
    }

    /**
     * Stores what a query answers.
     *
     * @param from where it begins
     * @param to behind it
     * @param columns which are stored in, by their places
     * @throws SQLException if one is none of its column's type (42804, 22xxx)
     */
    void store(Query query, int from, int to, List<TableColumns.Column> columns) throws SQLException {
        List<Query.Item> answered = query.columns();
        boolean known = answered.stream().noneMatch(Query.Item::star);
        if (known && answered.size() != columns.size()) {
            for (int i = 0; i < Math.min(answered.size(), columns.size()); i++) {
                resolve(answered.get(i).term(), columns.get(i));
            }
            return;
        }
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        // SQLite would take ON CONFLICT for a condition of the last table
        boolean needed = cursor.isWord("ON");
        for (int i = 0; i < columns.size(); i++) {
            Term term = i < answered.size() && known ? answered.get(i).term() : Term.of(findings, null);
            if (known && answered.get(i).places().size() == 1) {
                findings.written(term);
            }
            TableColumns.Column column = columns.get(i);
            boolean needs = column.type().certain() && needs(source(term, column), column);
            needed |= needs;
            String name = "ha_c" + i;
            names.add(name);
            values.add(needs ? "ha_assigned(" + name + arguments(source(term, column), column.type()) : name);
        }
        if (needed && to > from && !findings.ofSchema()) {
            // the query stays what it is: what it sorts, groups and joins by are its own values
            findings.enclose(
                    from,
                    to,
                    "WITH ha_stored(" + String.join(", ", names) + ") AS (",
                    ") SELECT " + String.join(", ", values) + " FROM ha_stored WHERE true");
        }
    }

    /** With a type that all parts of a UNION have. */
    private Term source(Term term, TableColumns.Column column) throws SQLException {
        resolve(term, column);
        PgType common = term.type;
        for (Term other : term.alternatives) {
            resolve(other, column);
            // parts of different types of time or numbers are of one that has all of them
            boolean moments = isMoment(term.type) && isMoment(other.type);
            boolean numbers = isNumber(term.type) && isNumber(other.type);
            common = other.type == term.type || moments || numbers ? common : null;
        }
        if (term.alternatives.isEmpty()) {
            return term;
        }
        Term all = Term.of(findings, common);
        // with the digits that all of them have
        all.assumed = term.assumed;
        all.announced = column.type().type().isText() && common == term.type ? term.announced : null;
        return all;
    }

    private void resolve(Term term, TableColumns.Column column) throws SQLException {
        ColumnType type = column.type();
        if (!type.certain()) {
            return;
        }
        term.resolve(type.type());
        requireKind(term, column);
        if (term.single < 0 || type.modifier() >= 0 || !Arithmetic.isNumber(type.type())) {
            return;
        }
        SqlToken token = cursor.tokens.get(term.single);
        if (token.kind() == Kind.PARAMETER) {
            findings.exact(term.single);
        } else if (type.type() == PgType.NUMERIC) {
            ExactNumbers.require(token.kind() == Kind.TEXT ? token.literal().strip() : token.text(), column.name());
        }
    }

    /** What has no meaning in a column is refused as PostgreSQL does; texts are read as its type. */
    private void requireKind(Term term, TableColumns.Column column) throws SQLException {
        PgType to = column.type().type();
        PgType from = term.type;
        if (from == null || from == to || from.isText() || to.isText() || findings.ofSchema() || isAlike(from, to)) {
            return;
        }
        throw new SQLException(
                "column \"" + column.name() + "\" is of type " + to.display() + " but expression is of type "
                        + from.display() + ": write it with a cast",
                WRONG_TYPE);
    }

    private static boolean isAlike(PgType from, PgType to) {
        boolean numbers = isNumber(from) && isNumber(to);
        boolean truth = to == PgType.BOOL && Arithmetic.isWhole(from);
        boolean moments = isMoment(from) && isMoment(to);
        boolean time = to == PgType.TIME && (from == PgType.TIMESTAMP || from == PgType.TIMESTAMPTZ);
        return numbers || truth || moments || time || (isJson(from) && isJson(to));
    }

    private boolean needs(Term term, TableColumns.Column column) {
        ColumnType type = column.type();
        // what is not sure to be of the type is read as one
        PgType from = term.isAssumed() && term.type == type.type() ? null : term.type;
        boolean same = from != null
                && term.announced != null
                && term.announced.type() == type.type()
                && term.announced.modifier() == type.modifier();
        return switch (type.type()) {
            // what is computed may be more than an integer holds, of which SQLite makes a floating point number
            case INT8 -> !(isWhole(from) && (term.column || term.single >= 0 || term.bare >= 0));
            case INT2, INT4 -> !(same && term.column) && !(term.bare >= 0 && from == type.type());
            case FLOAT4, FLOAT8 -> !isNumber(from) || isWide(term);
            case NUMERIC -> type.modifier() > 0 ? !same : !isNumber(from) || isWide(term);
            case BOOL, UUID, INTERVAL, DATE, BYTEA -> from != type.type();
            case TIME, TIMESTAMP, TIMESTAMPTZ -> from != type.type() || (type.modifier() >= 0 && !same);
            case JSON, JSONB -> from != type.type() || !term.column;
            default ->
                (type.type().isText() && TextForm.differs(from))
                        || (isLimited(type)
                                && !same
                                && !(type.type() == PgType.BPCHAR && type.length() < 0 && from == PgType.BPCHAR));
        };
    }

    /** Whether it may be a text with more digits than a number keeps. */
    private boolean isWide(Term term) {
        return term.cast >= 0 || findings.wide(term.bare) != null;
    }

    /** Whether a literal that is a text is not yet what is stored when it is of the type. */
    private static boolean needsText(ColumnType type) {
        return isLimited(type)
                || (type.type() == PgType.NUMERIC && type.modifier() > 0)
                || isJson(type.type())
                || (type.modifier() >= 0 && (isMoment(type.type()) || type.type() == PgType.TIME))
                || type.type() == PgType.INT2
                || type.type() == PgType.INT4;
    }

    /** A text that has blanks at its end or a length. */
    private static boolean isLimited(ColumnType type) {
        return type.type() == PgType.BPCHAR || (type.type() == PgType.VARCHAR && type.length() >= 0);
    }

    private static boolean isJson(@Nullable PgType type) {
        return type == PgType.JSON || type == PgType.JSONB;
    }

    private static boolean isNumber(@Nullable PgType type) {
        return Arithmetic.isNumber(type) || type == PgType.OID;
    }

    private static boolean isWhole(@Nullable PgType type) {
        return Arithmetic.isWhole(type) || type == PgType.OID;
    }

    private static boolean isMoment(@Nullable PgType type) {
        return Comparison.isMoment(type);
    }

    private static String arguments(Term term, ColumnType type) {
        int source = term.isAssumed() && term.type == type.type() ? 0 : TextForm.source(term);
        return ", " + type.type().oid() + ", " + type.modifier() + ", " + source + ")";
    }
}
