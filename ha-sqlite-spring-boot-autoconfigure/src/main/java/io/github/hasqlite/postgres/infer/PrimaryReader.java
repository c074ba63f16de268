package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what operators are between: literals, parameters, columns, calls, CASE, what is in parentheses; with casts. */
final class PrimaryReader {

    /** Words with which no expression begins: what comes before them has ended, or is not there. */
    private static final Set<String> ENDS = Set.of(
            "FROM",
            "WHERE",
            "GROUP",
            "HAVING",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "AS",
            "ON",
            "USING",
            "WHEN",
            "THEN",
            "ELSE",
            "END",
            "AND",
            "OR",
            "IN",
            "IS",
            "LIKE",
            "ILIKE",
            "BETWEEN",
            "SET",
            "RETURNING",
            "ASC",
            "DESC",
            "NULLS",
            "FOR",
            "WINDOW",
            "DO",
            "SELECT",
            "JOIN",
            "ESCAPE",
            "INTO",
            "DEFAULT",
            "COLLATE",
            "LEFT",
            "INNER",
            "CROSS",
            "NATURAL",
            "RIGHT",
            "FULL");

    /** Collations that are SQLite's own one. */
    private static final Set<String> BYTEWISE = Set.of("C", "POSIX", "default", "ucs_basic");

    private final Cursor cursor;
    private final Findings findings;
    private final ExpressionReader expressions;
    private final StatementReader statements;
    private final Casts casts;
    private final CallReader calls;
    private final ZoneReader zones;

    PrimaryReader(Cursor cursor, Findings findings, ExpressionReader expressions, StatementReader statements) {
        this.cursor = cursor;
        this.findings = findings;
        this.expressions = expressions;
        this.statements = statements;
        this.casts = new Casts(cursor, findings);
        this.zones = new ZoneReader(cursor, findings);
        this.calls = new CallReader(cursor, findings, expressions, statements);
    }

    Term read(Scope scope) throws SQLException {
        int start = cursor.at;
        Term term = primary(scope);
        while (cursor.at > start) {
            if (cursor.is("::")) {
                term = casts.behind(term, start);
            } else if (zones.isHere()) {
                term = zones.behind(term, start);
            } else if (cursor.skipWord("COLLATE")) {
                if (BYTEWISE.contains(cursor.token().name())) {
                    findings.literal(cursor.at, "BINARY");
                }
                cursor.at++;
            } else if (cursor.is("[")) {
                cursor.at = cursor.tokens.closing(cursor.at) + 1;
                term = Term.of(findings, null).named(term.label, term.strength);
            } else {
                return term;
            }
        }
        return term;
    }

    private Term primary(Scope scope) throws SQLException {
        SqlToken token = cursor.token();
        switch (token.kind()) {
            case TEXT -> {
                requireNoOther(cursor.tokens.get(cursor.at + 1));
                return Term.open(findings, cursor.at++);
            }
            case PARAMETER -> {
                return parameter();
            }
            case NUMBER -> {
                return NumberLiteral.read(cursor, findings);
            }
            case QUOTED, WORD -> {
                return name(scope, token);
            }
            default -> {
                return token.is("(") ? parentheses(scope) : Term.of(findings, null);
            }
        }
    }

    private Term parameter() {
        int place = cursor.at++;
        Term term =
                findings.isUntyped(place) ? Term.open(findings, place) : Term.of(findings, findings.parameter(place));
        if (term.type != null && term.type != PgType.UNKNOWN) {
            term.announced = ColumnType.seen(term.type);
        }
        term.element = findings.element(place);
        term.single = place;
        term.bare = place;
        return term;
    }

    private Term parentheses(Scope scope) throws SQLException {
        cursor.at++;
        Term term;
        if (statements.isQuery()) {
            Query query = statements.query(scope.inner());
            Term answered = query.value(findings);
            term = Term.of(findings, answered.type).named(answered.label, answered.strength);
            term.announced = answered.announced;
            term.most = answered.most;
            term.assumed = answered.isAssumed();
            term.elements = query.row();
        } else {
            List<Term> terms = expressions.list(scope);
            term = terms.get(0);
            term.loose = false;
            if (terms.size() > 1) {
                term = Term.of(findings, null);
                term.elements = terms.stream()
                        .map(element -> new Comparison.Operand(element, element.from, element.to))
                        .toList();
            }
        }
        statements.close();
        return term;
    }

    /** SQLite takes a second literal for an alias. */
    private static void requireNoOther(SqlToken behind) throws SQLException {
        if (behind.kind() == Kind.TEXT && !behind.gap().isEmpty()) {
            throw new SQLException(
                    "literals behind each other are not joined: write one literal, or || between them", "42601");
        }
    }

    private Term name(Scope scope, SqlToken token) throws SQLException {
        String word = token.kind() == Kind.WORD ? token.text().toUpperCase(Locale.ROOT) : "";
        boolean qualifies = cursor.tokens.is(cursor.at + 1, ".");
        if (!qualifies && !word.isEmpty()) {
            Term special = special(scope, word);
            if (special != null) {
                return special;
            }
            boolean called = cursor.tokens.is(cursor.at + 1, "(");
            if (ENDS.contains(word) && !called) {
                return Term.of(findings, null);
            }
        }
        if (qualifies && cursor.tokens.is(cursor.at + 3, "(")) {
            // the schema of a function
            cursor.at += 2;
        }
        if (cursor.tokens.is(cursor.at + 1, "(")) {
            return calls.read(scope);
        }
        return column(scope);
    }

    private @Nullable Term special(Scope scope, String word) throws SQLException {
        switch (word) {
            case "TRUE", "FALSE" -> {
                cursor.at++;
                return Term.certain(findings, PgType.BOOL);
            }
            case "NULL" -> {
                cursor.at++;
                return Term.of(findings, null);
            }
            case "CASE" -> {
                return choice(scope);
            }
            case "CAST" -> {
                return cursor.tokens.is(cursor.at + 1, "(") ? casts.standard(() -> expressions.read(scope)) : null;
            }
            case "EXISTS" -> {
                cursor.at++;
                return parenthesesOf(scope);
            }
            case "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME" -> {
                return clock(word);
            }
            case "X" -> {
                boolean blob = cursor.tokens.get(cursor.at + 1).kind() == Kind.TEXT
                        && cursor.tokens.get(cursor.at + 1).gap().isEmpty();
                cursor.at += blob ? 2 : 0;
                return blob ? Term.certain(findings, PgType.BYTEA) : null;
            }
            case "ARRAY" -> {
                return cursor.tokens.is(cursor.at + 1, "[") ? array(scope) : null;
            }
            default -> {
                return casts.literal();
            }
        }
    }

    /** {@code ARRAY[…]}. */
    private Term array(Scope scope) throws SQLException {
        int open = cursor.at + 1;
        int close = cursor.tokens.closing(open);
        cursor.at += 2;
        List<Comparison.Operand> members = new ArrayList<>();
        do {
            int start = cursor.at;
            Term member = expressions.read(scope);
            if (cursor.at > start) {
                members.add(new Comparison.Operand(member, start, cursor.at));
                members.get(0).term().unify(member);
            }
        } while (cursor.skip(","));
        cursor.at = close + 1;
        Term array = Term.of(findings, null).named("array", Term.STRONG);
        array.members = members;
        return array;
    }

    private Term clock(String word) {
        int place = cursor.at++;
        PgType type = PgType.DATE;
        switch (word) {
            case "CURRENT_TIMESTAMP" -> {
                // as now() is spelled, so that it compares with what is stored
                findings.clock(place, "now()");
                type = PgType.TIMESTAMPTZ;
            }
            case "LOCALTIMESTAMP" -> {
                findings.clock(place, "strftime('%Y-%m-%dT%H:%M:%f000000', 'now')");
                type = PgType.TIMESTAMP;
            }
            case "CURRENT_TIME", "LOCALTIME" -> {
                findings.clock(place, "strftime('%H:%M:%f000000', 'now')");
                type = PgType.TIME;
            }
            default -> {}
        }
        return Term.certain(findings, type).named(word.toLowerCase(Locale.ROOT), Term.STRONG);
    }

    private Term parenthesesOf(Scope scope) throws SQLException {
        if (cursor.is("(")) {
            parentheses(scope);
        }
        return Term.certain(findings, PgType.BOOL).named("exists", Term.STRONG);
    }

    /** {@code CASE [x] WHEN … THEN … [ELSE …] END}. */
    private Term choice(Scope scope) throws SQLException {
        cursor.at++;
        int begin = cursor.at;
        Term chosen = cursor.isWord("WHEN") ? null : expressions.read(scope);
        List<Comparison.Operand> compared = new ArrayList<>();
        if (chosen != null) {
            compared.add(new Comparison.Operand(chosen, begin, cursor.at));
        }
        Term result = Term.of(findings, null);
        List<Comparison.Operand> branches = new ArrayList<>();
        boolean first = true;
        String label = "case";
        int strength = Term.WEAK;
        while (cursor.skipWord("WHEN")) {
            int condition = cursor.at;
            Term when = expressions.read(scope);
            if (chosen == null) {
                when.resolve(PgType.BOOL);
            } else {
                compared.add(new Comparison.Operand(when, condition, cursor.at));
            }
            if (cursor.skipWord("THEN")) {
                int start = cursor.at;
                Term then = expressions.read(scope);
                branches.add(new Comparison.Operand(then, start, cursor.at));
                result = first ? copy(then) : common(result, then);
                first = false;
            }
        }
        if (cursor.skipWord("ELSE")) {
            int start = cursor.at;
            Term otherwise = expressions.read(scope);
            branches.add(new Comparison.Operand(otherwise, start, cursor.at));
            result = common(result, otherwise);
            boolean named = otherwise.strength == Term.STRONG;
            label = named ? otherwise.label : label;
            strength = named ? Term.STRONG : strength;
        }
        cursor.skipWord("END");
        if (chosen != null) {
            ComparedLiteral.requireOne(findings, chosen, compared.subList(1, compared.size()));
            compared.forEach(operand -> chosen.unify(operand.term()));
        }
        Comparison.alike(findings, compared);
        PgType moment = Comparison.widen(findings, branches);
        boolean assumed = result.assumed;
        result = moment == null ? result : Term.certain(findings, moment);
        result.assumed = assumed;
        return result.named(label, strength);
    }

    private Term copy(Term of) {
        Term copy = Term.of(findings, of.type);
        copy.announced = of.announced;
        copy.most = of.most;
        if (of.isOpen()) {
            copy.unify(of);
        }
        copy.assumed = of.assumed;
        return copy;
    }

    /** Of values of which either can come. */
    private Term common(Term one, Term other) {
        return CallReader.common(findings, one, other);
    }

    private Term column(Scope scope) {
        String qualifier = null;
        String name = cursor.token().name();
        cursor.at++;
        while (cursor.is(".") && cursor.tokens.get(cursor.at + 1).isName()) {
            qualifier = name;
            name = cursor.tokens.get(cursor.at + 1).name();
            cursor.at += 2;
        }
        if (cursor.is(".")) {
            cursor.at += cursor.tokens.is(cursor.at + 1, "*") ? 2 : 1;
            return Term.of(findings, null);
        }
        return new ColumnTerm(findings, scope, qualifier, name).term();
    }

    /** A column, of which nothing is asked before somebody has to know. */
    private record ColumnTerm(
            Findings findings, Scope scope, @Nullable String qualifier, String name) {
        Term term() {
            Term found = scope.column(qualifier, name);
            Term term = found.isOpen() ? found : Term.of(findings, found.type);
            term.announced = found.announced;
            term.most = found.most;
            term.column = found.column;
            term.required = found.required;
            term.assumed = found.isAssumed();
            return term.isOpen() ? term : term.named(name, Term.STRONG);
        }
    }
}
