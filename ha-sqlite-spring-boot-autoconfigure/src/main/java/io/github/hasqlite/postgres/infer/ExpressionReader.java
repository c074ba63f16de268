package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions by PostgreSQL's order of operators. */
final class ExpressionReader {

    private static final int OR = 1;
    private static final int AND = 2;
    private static final int NOT = 3;
    private static final int IS = 4;
    private static final int COMPARISON = 5;
    private static final int PATTERN = 6;
    private static final int OTHER = 7;
    private static final int SUM = 8;
    private static final int PRODUCT = 9;
    private static final int SIGN = 11;

    private static final Set<String> COMPARISONS = Set.of("=", "==", "<>", "!=", "<", ">", "<=", ">=");
    private static final Set<String> PATTERNS = Set.of("LIKE", "ILIKE", "GLOB", "MATCH", "REGEXP");

    private final Cursor cursor;
    private final Findings findings;
    private final StatementReader statements;
    private final PrimaryReader primaries;
    private final Casts casts;
    private final Arithmetic arithmetic;
    private final Arrays arrays;
    private final JsonOperators json;

    ExpressionReader(Cursor cursor, Findings findings, StatementReader statements) {
        this.cursor = cursor;
        this.findings = findings;
        this.statements = statements;
        this.primaries = new PrimaryReader(cursor, findings, this, statements);
        this.casts = new Casts(cursor, findings);
        this.arithmetic = new Arithmetic(findings);
        this.arrays = new Arrays(cursor, findings);
        this.json = new JsonOperators(findings);
    }

    /** One expression from here on; where there is none, nothing is read. */
    Term read(Scope scope) throws SQLException {
        int from = cursor.at;
        Term term = read(scope, OR);
        term.from = from;
        term.to = cursor.at;
        return term;
    }

    private Term read(Scope scope, int least) throws SQLException {
        cursor.enter();
        try {
            int start = cursor.at;
            Term left = prefix(scope);
            while (!cursor.atEnd() && cursor.at > start) {
                Term next = infix(scope, left, start, least);
                if (next == null) {
                    return left;
                }
                left = next;
            }
            return left;
        } finally {
            cursor.leave();
        }
    }

    /** What is read up to commas. */
    List<Term> list(Scope scope) throws SQLException {
        List<Term> terms = new ArrayList<>();
        do {
            terms.add(read(scope));
        } while (cursor.skip(","));
        return terms;
    }

    private Term prefix(Scope scope) throws SQLException {
        if (cursor.skipWord("NOT")) {
            Term operand = read(scope, NOT);
            operand.resolve(PgType.BOOL);
            return Term.certain(findings, PgType.BOOL);
        }
        if (cursor.is("-") || cursor.is("+") || cursor.is("~")) {
            int sign = cursor.at++;
            Term operand = read(scope, SIGN);
            if (cursor.tokens.is(sign, "-")) {
                if (NumberLiteral.negate(operand, sign, findings)) {
                    return operand;
                }
                arithmetic.negate(operand, sign, cursor.at);
            }
            Term signed = Term.of(findings, operand.type);
            signed.announced = operand.is(PgType.NUMERIC) ? operand.announced : null;
            signed.most = operand.most;
            signed.digits = operand.digits;
            signed.bare = findings.ofSchema() ? operand.bare : -1;
            return signed;
        }
        return primaries.read(scope);
    }

    /** {@code null} if no operator follows that binds so strongly. */
    private @Nullable Term infix(Scope scope, Term left, int start, int least) throws SQLException {
        SqlToken token = cursor.token();
        if (token.kind() == Kind.WORD) {
            return word(scope, left, start, token.text().toUpperCase(Locale.ROOT), least);
        }
        if (token.kind() != Kind.OPERATOR) {
            return null;
        }
        String operator = token.text();
        if (COMPARISONS.contains(operator)) {
            return least > COMPARISON ? null : comparison(scope, left, start);
        }
        boolean sum = operator.equals("+") || operator.equals("-");
        boolean product = operator.equals("*") || operator.equals("/") || operator.equals("%");
        int binds = sum ? SUM : product ? PRODUCT : OTHER;
        if (least > binds || operator.equals("::")) {
            return null;
        }
        int place = cursor.at++;
        int second = cursor.at;
        Term right = read(scope, binds + 1);
        int end = cursor.at;
        if (JsonOperators.isOne(operator)) {
            return json.part(operator, place, left, start, right, end);
        }
        if (operator.equals("||") || operator.equals("-")) {
            json.requireNone(operator, left, right);
        }
        if (sum || product) {
            return arithmetic.of(operator, place, left, start, right, second, end);
        }
        Comparison.Operand first = new Comparison.Operand(left, start, place);
        Comparison.Operand other = new Comparison.Operand(right, second, end);
        if (operator.startsWith("|") || operator.startsWith("-")) {
            // SQLite's || and -> bind more tightly than sums and products
            tighten(first);
            tighten(other);
        }
        if (operator.equals("||") && casts.bytes(left, start, place, right, end)) {
            return Term.certain(findings, PgType.BYTEA);
        }
        if (operator.equals("||")) {
            left.resolve(PgType.TEXT);
            right.resolve(PgType.TEXT);
            PgType joined =
                    findings.ofSchema() ? Comparison.joined(left, cursor.tokens.get(right.single)) : PgType.TEXT;
            if (joined == PgType.TEXT) {
                TextForm texts = new TextForm(findings);
                texts.cast(first);
                texts.cast(other);
            }
            return Term.certain(findings, joined);
        }
        return Term.of(findings, null);
    }

    private @Nullable Term word(Scope scope, Term left, int start, String word, int least) throws SQLException {
        switch (word) {
            case "OR", "AND" -> {
                int binds = word.equals("OR") ? OR : AND;
                if (least > binds) {
                    return null;
                }
                cursor.at++;
                left.resolve(PgType.BOOL);
                read(scope, binds + 1).resolve(PgType.BOOL);
                return Term.certain(findings, PgType.BOOL);
            }
            case "IS", "ISNULL", "NOTNULL" -> {
                return least > IS ? null : is(scope, left, start);
            }
            default -> {
                return least > PATTERN ? null : pattern(scope, left, start);
            }
        }
    }

    private Term is(Scope scope, Term left, int start) throws SQLException {
        Comparison.Operand compared = new Comparison.Operand(left, start, cursor.at);
        boolean is = cursor.isWord("IS");
        cursor.at++;
        if (is) {
            cursor.skipWord("NOT");
            if (cursor.skipWord("DISTINCT")) {
                cursor.skipWord("FROM");
                compare(scope, compared, COMPARISON);
            } else if (cursor.isWord("TRUE") || cursor.isWord("FALSE") || cursor.isWord("UNKNOWN")) {
                left.resolve(PgType.BOOL);
                cursor.at++;
            } else if (!cursor.skipWord("NULL")) {
                compare(scope, compared, COMPARISON);
            }
        }
        return truth();
    }

    /** What an operator answers with which others of SQLite bind differently than PostgreSQL's. */
    private Term truth() {
        Term truth = Term.certain(findings, PgType.BOOL);
        truth.loose = true;
        return truth;
    }

    /** With what stands from here on. */
    private void compare(Scope scope, Comparison.Operand left, int least) throws SQLException {
        int from = cursor.at;
        Term right = read(scope, least);
        Comparison.Operand other = new Comparison.Operand(right, from, cursor.at);
        left.term().unify(right);
        // LIKE, IN, BETWEEN and IS bind for SQLite as = does, and less than <
        tightenTruth(left);
        tightenTruth(other);
        new Comparison(findings, left).with(other);
    }

    private void tightenTruth(Comparison.Operand operand) {
        if (operand.term().is(PgType.BOOL)) {
            tighten(operand);
        }
    }

    private void tighten(Comparison.Operand operand) {
        if (operand.term().loose && operand.isPlaced()) {
            findings.around(operand.from(), operand.to(), "(", ")");
        }
    }

    private @Nullable Term pattern(Scope scope, Term left, int start) throws SQLException {
        int at = cursor.isWord("NOT") ? cursor.at + 1 : cursor.at;
        String word = cursor.tokens.get(at).text().toUpperCase(Locale.ROOT);
        if (PATTERNS.contains(word)) {
            int operator = cursor.at;
            cursor.at = at + 1;
            left.resolve(PgType.TEXT);
            new TextForm(findings).pad(new Comparison.Operand(left, start, operator));
            read(scope, OTHER).resolve(PgType.TEXT);
            int end = cursor.at;
            if (cursor.skipWord("ESCAPE")) {
                read(scope, OTHER);
            }
            if (word.endsWith("LIKE") && end > at + 1) {
                new LikePattern(cursor, findings).spell(start, operator, at, end);
            }
        } else if (word.equals("BETWEEN")) {
            Comparison comparison = new Comparison(findings, new Comparison.Operand(left, start, cursor.at));
            cursor.at = at + 1;
            between(scope, left, comparison);
        } else if (word.equals("IN")) {
            Comparison comparison = new Comparison(findings, new Comparison.Operand(left, start, cursor.at));
            cursor.at = at + 1;
            in(scope, left, comparison);
        } else if (word.equals("NULL") && at > cursor.at) {
            cursor.at = at + 1;
        } else {
            return null;
        }
        return truth();
    }

    /** What is compared with something, of which the type is known or not. */
    private Comparison.Operand operand(Scope scope, int least) throws SQLException {
        int from = cursor.at;
        Term right = read(scope, least);
        Comparison.Operand operand = new Comparison.Operand(right, from, cursor.at);
        tightenTruth(operand);
        return operand;
    }

    private void between(Scope scope, Term left, Comparison comparison) throws SQLException {
        List<Comparison.Operand> bounds = new ArrayList<>();
        bounds.add(operand(scope, COMPARISON));
        if (cursor.skipWord("AND")) {
            bounds.add(operand(scope, OTHER));
        }
        ComparedLiteral.requireOne(findings, left, bounds);
        for (Comparison.Operand bound : bounds) {
            left.unify(bound.term());
            bound.term().unify(bounds.get(0).term());
        }
        comparison.withAll(bounds);
    }

    private void in(Scope scope, Term left, Comparison comparison) throws SQLException {
        if (!cursor.skip("(")) {
            read(scope, OTHER);
            return;
        }
        if (statements.isQuery()) {
            comparison.within(statements.query(scope.inner()).columns());
        } else if (!cursor.is(")")) {
            List<Comparison.Operand> values = new ArrayList<>();
            do {
                int from = cursor.at;
                values.add(new Comparison.Operand(read(scope), from, cursor.at));
            } while (cursor.skip(","));
            ComparedLiteral.requireOne(findings, left, values);
            left.resolve(Comparison.widest(values));
            values.forEach(value -> left.unify(value.term()));
            comparison.withAll(values);
        }
        statements.close();
    }

    private Term comparison(Scope scope, Term left, int start) throws SQLException {
        int operator = cursor.at++;
        boolean any = cursor.isWord("ANY") || cursor.isWord("ALL") || cursor.isWord("SOME");
        if (any && cursor.tokens.is(cursor.at + 1, "(")) {
            any(scope, left, start, operator);
            return Term.certain(findings, PgType.BOOL);
        }
        compare(scope, new Comparison.Operand(left, start, operator), COMPARISON + 1);
        return truth();
    }

    /** The array of ANY; how SQLite has it, is left to its own spelling. */
    private void any(Scope scope, Term left, int start, int operator) throws SQLException {
        int open = cursor.at + 1;
        cursor.at += 2;
        if (statements.isQuery()) {
            new Comparison(findings, new Comparison.Operand(left, start, operator))
                    .within(statements.query(scope.inner()).columns());
        } else {
            arrays.compare(new Comparison.Operand(left, start, operator), read(scope));
            cursor.at = cursor.tokens.closing(open);
        }
        statements.close();
    }
}
