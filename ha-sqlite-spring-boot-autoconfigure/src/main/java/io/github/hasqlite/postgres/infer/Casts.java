package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Casts: {@code x::type}, {@code CAST(x AS type)} and {@code type 'literal'}. Of a literal there is the value in its
 * place, of a parameter it says the type; others become calls of {@code ha_cast}.
 */
final class Casts {

    private static final Set<String> BEFORE_LITERALS = Set.of(
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "interval",
            "int",
            "int4",
            "int8",
            "bigint",
            "integer",
            "smallint",
            "numeric",
            "decimal",
            "float8",
            "real",
            "double",
            "text",
            "varchar",
            "bool",
            "boolean",
            "uuid",
            "json",
            "jsonb",
            "bytea");

    private static final int SCALE_BITS = 16;

    private final Cursor cursor;
    private final Findings findings;

    Casts(Cursor cursor, Findings findings) {
        this.cursor = cursor;
        this.findings = findings;
    }

    /** Of what begins at a place and ends here, before {@code ::}. */
    Term behind(Term term, int start) throws SQLException {
        int operator = cursor.at;
        TypeName name = type(operator + 1);
        cursor.at = name.end();
        ColumnType target = name.type();
        if (target == null || name.array()) {
            findings.remove(operator, name.end());
            return array(term, name);
        }
        String value = value(term, target);
        if (value != null) {
            findings.remove(operator, name.end());
            if (!value.isEmpty()) {
                findings.instead(term.single, value);
            }
        } else {
            findings.remove(operator, name.end());
            findings.before(start, before(target));
            findings.after(operator - 1, after(term, target));
        }
        return of(term, target);
    }

    /** What is a part of a text, if PostgreSQL writes it differently from how it is stored. */
    void text(Term term, int from, int to) {
        boolean other = term.is(PgType.BOOL)
                || term.is(PgType.TIMESTAMP)
                || term.is(PgType.TIMESTAMPTZ)
                || term.is(PgType.TIME)
                || term.is(PgType.BYTEA);
        if (other && to > from) {
            ColumnType text = ColumnType.declared(PgType.TEXT);
            findings.before(from, before(text));
            findings.after(to - 1, after(term, text));
        }
    }

    /**
     * Joins bytes, of which SQLite's operator would make a text.
     *
     * @param place where the operator is
     * @param end behind the right operand
     * @return whether they are bytes; with a text, they are a text
     */
    boolean bytes(Term left, int start, int place, Term right, int end) {
        boolean both = left.is(PgType.BYTEA)
                ? right.is(PgType.BYTEA) || right.isOpen()
                : right.is(PgType.BYTEA) && left.isOpen();
        if (!both || end <= place + 1) {
            return false;
        }
        left.resolve(PgType.BYTEA);
        right.resolve(PgType.BYTEA);
        findings.before(start, "ha_joined(");
        findings.instead(place, ",");
        findings.after(end - 1, ")");
        return true;
    }

    /** {@code CAST(x AS type)}, from here on. */
    Term standard(SqlCall<Term> operand) throws SQLException {
        int call = cursor.at;
        int close = cursor.tokens.closing(call + 1);
        cursor.at += 2;
        Term term = operand.run();
        int as = cursor.at;
        if (!cursor.isWord("AS")) {
            cursor.at = close + 1;
            return Term.of(findings, null);
        }
        if (findings.ofSchema()) {
            return stored(term, as + 1, close);
        }
        TypeName name = type(as + 1);
        ColumnType target = name.type();
        cursor.at = close + 1;
        String value = target == null || name.array() ? "" : value(term, target);
        findings.remove(as, close);
        if (value != null) {
            // parentheses stay: what is in them may have operators
            findings.remove(call, call + 1);
            if (!value.isEmpty()) {
                findings.instead(term.single, value);
            }
        } else if (target != null) {
            findings.remove(call, call + 2);
            findings.before(call, before(target));
            findings.remove(close, close + 1);
            findings.after(close, after(term, target));
        }
        return target == null || name.array() ? array(term, name) : of(term, target);
    }

    /** What SQLite's own CAST makes of something: to other types it means what their names have in them. */
    private Term stored(Term operand, int from, int close) {
        TypeName name = TypeName.read(cursor.tokens, from);
        cursor.at = close + 1;
        ColumnType target = name == null || name.array() || name.end() != close ? null : name.type();
        boolean plain = target != null
                && (Arithmetic.isNumber(target.type()) || target.type().isText() || target.type() == PgType.BYTEA);
        return target == null || !plain ? Term.of(findings, null) : of(operand, target);
    }

    /** {@code date '2026-01-02'} and the like; {@code null} if there is none here. */
    @Nullable
    Term literal() throws SQLException {
        int at = cursor.at;
        SqlToken word = cursor.token();
        if (word.kind() != Kind.WORD || !BEFORE_LITERALS.contains(word.name())) {
            return null;
        }
        TypeName name = TypeName.read(cursor.tokens, at);
        if (name == null
                || name.type() == null
                || name.array()
                || cursor.tokens.get(name.end()).kind() != Kind.TEXT) {
            return null;
        }
        cursor.at = name.end();
        IntervalFields.requireWhole(cursor.tokens, at, name);
        Term term = Term.open(findings, cursor.at++);
        findings.remove(at, name.end());
        if (name.type().type() == PgType.INTERVAL && IntervalFields.isField(cursor.token())) {
            String literal = IntervalFields.literal(cursor.tokens, term.single);
            findings.instead(term.single, literal);
            findings.remove(cursor.at, cursor.at + 1);
            cursor.at++;
            return of(term, name.type());
        }
        String value = value(term, name.type());
        if (value != null && !value.isEmpty()) {
            findings.instead(term.single, value);
        } else if (value == null) {
            findings.before(term.single, before(name.type()));
            findings.after(term.single, after(term, name.type()));
        }
        return of(term, name.type());
    }

    private TypeName type(int at) throws SQLException {
        TypeName name = TypeName.read(cursor.tokens, at);
        if (name == null) {
            throw TypeName.unknown(cursor.tokens, at);
        }
        IntervalFields.requireWhole(cursor.tokens, at, name);
        return name;
    }

    /** Of an array that is cast. */
    private void member(Comparison.Operand member, @Nullable ColumnType element) {
        Term term = member.term();
        if (element == null) {
            return;
        }
        boolean whole = term.is(PgType.INT8) && Arithmetic.isNumber(element.type());
        if (term.isOpen()) {
            term.resolve(element.type());
        } else if (!term.is(element.type()) && !whole) {
            findings.before(member.from(), before(element));
            findings.after(member.to() - 1, after(term, element));
        }
    }

    /**
     * What stands instead of a literal; empty if the operand is of the type already.
     *
     * @return {@code null} if the value is known only when it runs
     */
    private @Nullable String value(Term term, ColumnType target) throws SQLException {
        PgType type = target.type();
        SqlToken token = term.single < 0 ? null : cursor.tokens.get(term.single);
        if (token != null && token.kind() == Kind.PARAMETER) {
            boolean open = term.isOpen();
            term.resolve(type);
            boolean same = open || term.is(type) || (term.isOpen() && type.isText());
            return same && target.modifier() < 0 ? "" : null;
        }
        boolean json = type == PgType.JSON || type == PgType.JSONB;
        if (token != null && token.kind() == Kind.TEXT && term.isOpen() && !json) {
            return LiteralText.sql(ValueCast.cast(target, null, token.literal()));
        }
        boolean text = type == PgType.TEXT || (type == PgType.VARCHAR && target.modifier() < 0);
        boolean isText = term.type == PgType.TEXT || term.type == PgType.VARCHAR;
        return text && isText && term.announced != null && !term.column ? "" : null;
    }

    private static String before(ColumnType target) {
        boolean json = target.type() == PgType.JSON || target.type() == PgType.JSONB;
        return json ? "json(" : "ha_cast(";
    }

    private static String after(Term term, ColumnType target) {
        if (target.type() == PgType.JSON || target.type() == PgType.JSONB) {
            return ")";
        }
        ColumnType known = term.announced;
        int scale = known != null && known.type() == term.type && term.is(PgType.NUMERIC) ? known.scale() : 0;
        int source = term.type == null ? 0 : term.type.oid() + (scale << SCALE_BITS);
        return ", " + target.type().oid() + ", " + target.modifier() + ", " + source + ")";
    }

    private Term of(Term operand, ColumnType target) {
        Term term = Term.of(findings, target.type());
        term.announced = target;
        boolean named = operand.strength == Term.STRONG;
        return term.named(named ? operand.label : target.type().typname(), named ? Term.STRONG : Term.WEAK);
    }

    private Term array(Term operand, TypeName name) throws SQLException {
        ColumnType element = name.type();
        boolean single = operand.single >= 0;
        SqlToken token = cursor.tokens.get(operand.single);
        if (element != null && operand.isOpen() && single && token.kind() == Kind.TEXT) {
            String array = ValueCast.array(element, token.literal());
            findings.instead(operand.single, LiteralText.sql(array));
        }
        String type = element == null ? operand.label : "_" + element.type().typname();
        Term term = Term.of(findings, null);
        if (operand.isOpen() && single && token.kind() == Kind.PARAMETER) {
            findings.parameter(
                    operand.single,
                    element == null ? PgType.TEXT.oid() : element.type().arrayOid());
        } else if (single && token.kind() == Kind.PARAMETER) {
            term.type = operand.type;
        }
        term.single = name.array() ? operand.single : -1;
        term.element = name.array() ? element : null;
        term.members = operand.members;
        for (Comparison.Operand member : operand.members) {
            member(member, element);
        }
        boolean named = operand.strength == Term.STRONG;
        return term.named(named ? operand.label : type, named ? Term.STRONG : Term.WEAK);
    }
}
