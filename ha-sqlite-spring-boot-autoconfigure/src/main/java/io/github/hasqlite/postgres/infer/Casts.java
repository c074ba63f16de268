package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.math.BigDecimal;
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

    static final String CAST = "ha_cast(";

    /** As above, of a number that keeps its digits also where it is compared. */
    static final String EXACT_CAST = "ha_exact(";

    /** Digits that floating point has at least. */
    private static final int EXACT = 15;

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
        if (findings.ofSchema()) {
            return inSchema(term, new Comparison.Operand(term, start, operator), target, name);
        }
        String value = value(term, target);
        if (value != null) {
            findings.remove(operator, name.end());
            if (!value.isEmpty()) {
                findings.instead(term.single, value);
            }
        } else {
            findings.remove(operator, name.end());
            wrap(term, target, start, operator - 1);
        }
        return exact(of(term, target), term, start, value == null);
    }

    /** With a call around it. */
    private void wrap(Term term, ColumnType target, int first, int last) {
        findings.written(term);
        findings.before(first, target.type() == PgType.NUMERIC ? EXACT_CAST : CAST);
        findings.after(last, after(term, target));
    }

    /** A numeric may have more digits than SQLite computes with. */
    private Term exact(Term cast, Term operand, int start, boolean wrapped) {
        if (cast.is(PgType.NUMERIC)) {
            cast.cast = wrapped ? start : -1;
            cast.bare = !wrapped && findings.wide(operand.single) != null ? operand.single : -1;
        }
        return cast;
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
        if (findings.ofSchema()) {
            findings.around(start, end, "CAST(", " AS BLOB)");
            return true;
        }
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
            return stored(term, call + 2, as + 1, close);
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
            findings.remove(close, close + 1);
            wrap(term, target, call, close);
        }
        return target == null || name.array() ? array(term, name) : exact(of(term, target), term, call, value == null);
    }

    /** What SQLite's own CAST makes of something: to other types it means what their names have in them. */
    private Term stored(Term operand, int start, int from, int close) throws SQLException {
        TypeName name = TypeName.read(cursor.tokens, from);
        cursor.at = close + 1;
        ColumnType target = name == null || name.array() || name.end() != close ? null : name.type();
        if (name == null || target == null) {
            return Term.of(findings, null);
        }
        if (!findings.stored()) {
            return inSchema(operand, new Comparison.Operand(operand, start, from - 1), target, null);
        }
        boolean plain = Arithmetic.isNumber(target.type()) || target.type().isText() || target.type() == PgType.BYTEA;
        return plain ? of(operand, target) : Term.of(findings, null);
    }

    /**
     * Where plain SQLite is to stand in the place of a cast, which {@link SchemaCasts} spells: what it needs to know of
     * the operand.
     *
     * @param behind the type, if it stands behind the operand
     */
    private Term inSchema(Term term, Comparison.Operand operand, ColumnType target, @Nullable TypeName behind)
            throws SQLException {
        PgType type = target.type();
        boolean literal = term.isOpen()
                && term.single >= 0
                && cursor.tokens.get(term.single).kind() == Kind.TEXT;
        boolean moment = Comparison.isMoment(type) && Comparison.isMoment(term.type) && type != PgType.DATE;
        if (literal && type != PgType.JSON && type != PgType.JSONB) {
            Term constant = of(term, target);
            constant.constant =
                    ValueCast.cast(target, null, cursor.tokens.get(term.single).literal());
            return constant;
        }
        if (type.isText()) {
            new TextForm(findings).cast(operand);
        } else if (Arithmetic.isWhole(type) && Arithmetic.isFraction(term.type) && term.single < 0) {
            // SQLite would cut the fraction off
            findings.around(operand.from(), operand.to(), "round(", ")");
        } else if (type == PgType.NUMERIC && target.modifier() > 0 && term.single < 0) {
            new PlainRounding(findings).spell(operand, target.scale());
        } else if (moment && behind != null && target.modifier() < 0) {
            new Comparison(findings, operand).cast(operand, type);
            for (int i = operand.to(); i < behind.end(); i++) {
                findings.literal(i, "");
            }
        }
        return of(term, target);
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
        if (findings.ofSchema()) {
            return inSchema(term, new Comparison.Operand(term, term.single, cursor.at), name.type(), name);
        }
        String value = value(term, name.type());
        if (value != null && !value.isEmpty()) {
            findings.instead(term.single, value);
        } else if (value == null) {
            wrap(term, name.type(), term.single, term.single);
        }
        return exact(of(term, name.type()), term, term.single, value == null);
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
            findings.before(member.from(), CAST);
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
            if (type.isText()) {
                findings.written(term);
            }
            boolean same = open || term.is(type) || (term.isOpen() && type.isText());
            return same && target.modifier() < 0 ? "" : null;
        }
        if (token != null && token.kind() == Kind.TEXT && term.isOpen()) {
            Object cast = ValueCast.cast(target, null, token.literal());
            boolean wide = type == PgType.NUMERIC && cast instanceof String text && !text.equals("NaN");
            if (wide) {
                findings.wide(term.single, cast.toString());
            }
            return wide ? "" : LiteralText.sql(cast);
        }
        if (token != null && token.kind() == Kind.NUMBER && type.isText() && LiteralText.isNumber(token.text())) {
            String digits = new BigDecimal(token.text()).toPlainString();
            return LiteralText.sql(ValueCast.cast(target, null, digits));
        }
        boolean text = type == PgType.TEXT || (type == PgType.VARCHAR && target.modifier() < 0);
        boolean isText = term.type == PgType.TEXT || term.type == PgType.VARCHAR;
        return text && isText && term.announced != null && !term.column ? "" : null;
    }

    private static String after(Term term, ColumnType target) {
        return ", " + target.type().oid() + ", " + target.modifier() + ", " + TextForm.source(term) + ")";
    }

    private Term of(Term operand, ColumnType target) {
        Term term = Term.of(findings, target.type());
        term.announced = target;
        if (target.type() == PgType.NUMERIC && target.modifier() < 0) {
            scaled(term, operand);
        }
        boolean named = operand.strength == Term.STRONG;
        return term.named(named ? operand.label : target.type().typname(), named ? Term.STRONG : Term.WEAK);
    }

    /** A number keeps its digits. */
    private void scaled(Term numeric, Term operand) {
        SqlToken token = cursor.tokens.get(operand.single);
        String text = token.kind() == Kind.TEXT ? token.literal().strip() : "";
        boolean literal = LiteralText.isNumber(text) && text.length() <= EXACT;
        int scale = literal ? Math.max(new BigDecimal(text).scale(), 0) : operand.scale();
        numeric.most = scale;
        if (scale >= 0 && scale <= EXACT && (literal || operand.isScaled())) {
            numeric.announced = ColumnType.computed(scale);
        }
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
