package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads calls of functions: what their arguments are, and what they answer. */
final class CallReader {

    /** All arguments are of one type, which is the answer's. */
    private static final Set<String> COMMON = Set.of("coalesce", "ifnull", "greatest", "least", "min", "max");

    /** Arguments are texts, and the answer is one. */
    private static final Set<String> TEXTS = Set.of(
            "lower",
            "upper",
            "trim",
            "ltrim",
            "rtrim",
            "btrim",
            "replace",
            "concat",
            "concat_ws",
            "initcap",
            "reverse");

    /** The first argument is a text, others are integers, and the answer is a text. */
    private static final Set<String> PARTS = Set.of("substr", "substring", "left", "right", "lpad", "rpad", "repeat");

    /** The answer is a text, whatever the arguments are. */
    private static final Set<String> WRITTEN = Set.of(
            "quote", "hex", "typeof", "printf", "format", "strftime", "datetime", "group_concat", "string_agg", "char");

    /** Those of texts and of what is written as one, of which bytes would become any text. */
    private static final Set<String> JOINING = Set.of("concat", "concat_ws", "group_concat", "string_agg", "replace");

    private static final Set<String> COUNTS = Set.of(
            "count", "row_number", "rank", "dense_rank", "ntile", "changes", "last_insert_rowid", "octet_length");

    private static final Set<String> TEXT_COUNTS =
            Set.of("length", "char_length", "character_length", "instr", "position");
    private static final Set<String> CLOCKS =
            Set.of("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp");

    /** First arguments decide, others are offsets. */
    private static final Set<String> FIRST = Set.of("abs", "lag", "lead", "first_value", "last_value", "nth_value");

    /** Their third argument stands for rows that are not there. */
    private static final Set<String> OFFSETS = Set.of("lag", "lead");

    private static final Set<String> OF_NUMBERS = Set.of("sum", "avg", "total", "abs");

    /** The answer is a number that may have a fraction, also where it has none. */
    private static final Set<String> ROUNDED = Set.of("round", "ceil", "ceiling", "floor", "trunc", "sqrt");

    private static final Set<String> FRACTIONS = Set.of("avg", "total", "power", "pow", "exp", "ln", "log", "log10");

    /** They are of floating point. */
    private static final Set<String> REAL =
            Set.of("acos", "asin", "atan", "atan2", "cos", "sin", "tan", "cosh", "sinh", "tanh", "degrees", "radians");

    /** The answer is a truth value: functions of the catalog and the session, and PostgreSQL's aggregates. */
    private static final Pattern TRUTHS = Pattern.compile("has_\\w+_privilege|pg_has_role|pg_\\w+_is_visible"
            + "|pg_try_advisory_\\w+|pg_advisory_unlock(_shared)?|pg_is_in_recovery|pg_is_wal_replay_paused"
            + "|pg_is_other_temp_schema|row_security_active|pg_relation_is_publishable|pg_\\w+_has_property"
            + "|pg_cancel_backend|pg_terminate_backend|pg_reload_conf|bool_and|bool_or|every|starts_with");

    /** As PostgreSQL names them. */
    private static final Map<String, String> LABELS = Map.of("trim", "btrim");

    private final Cursor cursor;
    private final Findings findings;
    private final ExpressionReader expressions;
    private final StatementReader statements;
    private final CallSpelling spelling;

    CallReader(Cursor cursor, Findings findings, ExpressionReader expressions, StatementReader statements) {
        this.cursor = cursor;
        this.findings = findings;
        this.expressions = expressions;
        this.statements = statements;
        this.spelling = new CallSpelling(findings);
    }

    Term read(Scope scope) throws SQLException {
        int place = cursor.at;
        String name = cursor.token().name();
        cursor.at += 2;
        List<Comparison.Operand> places = new ArrayList<>();
        List<Term> arguments = arguments(scope, places);
        statements.close();
        if (name.equals("nullif") && places.size() == 2) {
            return spelling.nullIf(place, cursor.at, places).named(name, Term.STRONG);
        }
        spelling.arguments(name, places);
        PgType moment = COMMON.contains(name) ? Comparison.widen(findings, places) : null;
        if (OFFSETS.contains(name) && places.size() > 2) {
            moment = Comparison.widen(findings, List.of(places.get(0), places.get(2)));
        }
        if (name.equals("pg_typeof") && arguments.size() == 1) {
            return spelling.typeOf(arguments.get(0), place, cursor).named(name, Term.STRONG);
        }
        if (name.equals("random") && cursor.at == place + 3) {
            // SQLite's is any integer
            findings.around(place, place + 3, "(abs(", " % 9007199254740992) / 9007199254740992.0)");
            return Term.certain(findings, PgType.FLOAT8).named(name, Term.STRONG);
        }
        if (REAL.contains(name)) {
            for (Term argument : arguments) {
                findings.real(argument);
            }
        }
        boolean assumed = arguments.stream().anyMatch(Term::isAssumed);
        Term result = moment == null ? result(name, arguments) : Term.certain(findings, moment);
        result.assumed |= moment != null && assumed;
        rest(scope);
        Term known = new PostgresCalls(findings).spell(name, new Comparison.Operand(result, place, cursor.at), places);
        if (known != null) {
            return known.named(LABELS.getOrDefault(name, name), Term.STRONG);
        }
        spelling.function(place, name, arguments);
        spelling.answer(name, new Comparison.Operand(result, place, cursor.at), arguments);
        return result.named(LABELS.getOrDefault(name, name), Term.STRONG);
    }

    /** Also with the words of the standard's own syntax between them. */
    private List<Term> arguments(Scope scope, List<Comparison.Operand> places) throws SQLException {
        List<Term> arguments = new ArrayList<>();
        if (statements.isQuery()) {
            statements.query(scope.inner());
            return arguments;
        }
        cursor.skipWord("DISTINCT");
        while (!cursor.atEnd() && !cursor.is(")")) {
            int start = cursor.at;
            if (cursor.isWord("FROM") || cursor.isWord("FOR")) {
                // with what is in parentheses behind it no call
                cursor.at++;
                continue;
            }
            statements.clauses().ordered(scope, List.of());
            if (cursor.at > start) {
                continue;
            }
            Term argument = expressions.read(scope);
            if (cursor.at > start) {
                arguments.add(argument);
                places.add(new Comparison.Operand(argument, start, cursor.at));
            } else {
                // a comma, a star, or a word such as FROM or ORDER BY
                cursor.at += cursor.is("(") ? 0 : 1;
                if (cursor.is("(") && cursor.at == start) {
                    cursor.at = cursor.tokens.closing(start) + 1;
                }
            }
        }
        return arguments;
    }

    private Term result(String name, List<Term> arguments) throws SQLException {
        Term first = arguments.isEmpty() ? Term.of(findings, null) : arguments.get(0);
        if (OF_NUMBERS.contains(name) && arguments.size() == 1 && first.is(PgType.INTERVAL)) {
            throw new SQLException(
                    name + " of intervals is not supported: SQLite keeps them as text; use their seconds", "0A000");
        }
        boolean computes = name.equals("sum") || name.equals("avg");
        if (computes && first.column && first.type != null && first.type.isText() && !findings.ofSchema()) {
            throw new SQLException(
                    "function does not exist: " + name + " of " + first.type.display() + ": cast it, as in x::numeric",
                    "42883");
        }
        if (COMMON.contains(name)) {
            return common(arguments);
        }
        if (name.equals("rtrim") && first.is(PgType.TIMESTAMPTZ) && findings.ofSchema()) {
            return Term.certain(findings, PgType.TIMESTAMP);
        }
        if (JOINING.contains(name) && arguments.stream().anyMatch(argument -> argument.is(PgType.BYTEA))) {
            throw new SQLException(
                    name + " of bytea is not supported: join them with ||, or cast them to text", "0A000");
        }
        if (TEXTS.contains(name)) {
            arguments.forEach(argument -> argument.resolve(PgType.TEXT));
            return Term.certain(findings, PgType.TEXT);
        }
        PgType clock = name.equals("strftime") ? storedClock(first) : null;
        if (clock != null) {
            return Term.certain(findings, clock);
        }
        if (WRITTEN.contains(name)) {
            return Term.certain(findings, PgType.TEXT);
        }
        if (PARTS.contains(name)) {
            return part(name, arguments);
        }
        if (COUNTS.contains(name)) {
            return Term.certain(findings, PgType.INT8);
        }
        if (TEXT_COUNTS.contains(name)) {
            arguments.forEach(argument -> argument.resolve(PgType.TEXT));
            return Term.certain(findings, PgType.INT8);
        }
        if (TRUTHS.matcher(name).matches()) {
            return Term.certain(findings, PgType.BOOL);
        }
        if (name.equals("gen_random_uuid") || name.equals("uuid_generate_v4")) {
            return Term.certain(findings, PgType.UUID);
        }
        if (CLOCKS.contains(name)) {
            return Term.certain(findings, PgType.TIMESTAMPTZ);
        }
        if (FIRST.contains(name)) {
            return first(name, arguments);
        }
        if (name.equals("date") || name.equals("time")) {
            arguments.forEach(argument -> argument.resolve(PgType.TEXT));
            return Term.certain(findings, name.equals("date") ? PgType.DATE : PgType.TIME);
        }
        if (ROUNDED.contains(name)) {
            first.resolve(PgType.FLOAT8);
            arguments.stream().skip(1).forEach(argument -> argument.resolve(PgType.INT8));
            return rounded(name, arguments);
        }
        if (name.equals("avg") && Arithmetic.isNumber(first.type) && !first.is(PgType.FLOAT8)) {
            return Term.of(findings, PgType.NUMERIC);
        }
        if (CallSpelling.EMBEDDING.contains(name)
                || name.equals("json")
                || name.startsWith("json_build_")
                || name.equals("json_patch")
                || name.equals("json_remove")) {
            return Term.certain(findings, PgType.JSON);
        }
        if (name.equals("sum") && Arithmetic.isNumber(first.type)) {
            return Term.of(findings, Arithmetic.number(first.type, PgType.INT8));
        }
        if (name.equals("mod") && arguments.size() == 2) {
            first.unify(arguments.get(1));
            return Term.of(findings, Arithmetic.number(first.type, arguments.get(1).type));
        }
        if (name.equals("sign")) {
            return Term.certain(findings, first.is(PgType.NUMERIC) ? PgType.NUMERIC : PgType.FLOAT8);
        }
        if (!FRACTIONS.contains(name)) {
            return Term.of(findings, null);
        }
        boolean numeric = arguments.stream().anyMatch(argument -> argument.is(PgType.NUMERIC))
                && arguments.stream().noneMatch(argument -> argument.is(PgType.FLOAT8));
        return numeric && !name.equals("total")
                ? Term.certain(findings, PgType.NUMERIC)
                : Term.of(findings, PgType.FLOAT8);
    }

    /** What stands for a row that is not there is of the type of the others, and may have more digits. */
    private Term first(String name, List<Term> arguments) {
        Term first = arguments.isEmpty() ? Term.of(findings, null) : arguments.get(0);
        if (name.equals("abs") || arguments.size() < 3) {
            Term same = Term.of(findings, first.type);
            same.assumed = first.assumed;
            same.announced = first.announced;
            same.most = first.most;
            return same;
        }
        Term other = arguments.get(2);
        boolean assumed = first.isAssumed() || other.isAssumed();
        arguments.get(1).resolve(PgType.INT8);
        first.unify(other);
        boolean wider = Arithmetic.isNumber(first.type) && Arithmetic.isFraction(other.type);
        Term either = Term.of(findings, wider ? Arithmetic.number(first.type, other.type) : first.type);
        either.assumed = assumed;
        boolean numeric = either.is(PgType.NUMERIC);
        either.announced = numeric
                ? ColumnType.seen(PgType.NUMERIC)
                : first.announced != null && first.announced.type() == either.type ? first.announced : null;
        return either;
    }

    private Term rounded(String name, List<Term> arguments) {
        PgType type = arguments.isEmpty() ? null : arguments.get(0).type;
        boolean numeric = type == PgType.NUMERIC || (Arithmetic.isWhole(type) && arguments.size() == 2);
        Term result = Term.of(findings, numeric ? PgType.NUMERIC : PgType.FLOAT8);
        int digits = arguments.size() == 2 ? arguments.get(1).single : -1;
        String text = digits < 0 ? "" : cursor.tokens.get(digits).text();
        if (numeric && arguments.size() == 1 && !name.equals("sqrt")) {
            result.announced = ColumnType.computed(0);
        } else if (numeric && text.matches("\\d|1[0-5]")) {
            result.announced = ColumnType.computed(Integer.parseInt(text));
        } else if (numeric && arguments.size() == 2) {
            result.announced = ColumnType.seen(PgType.NUMERIC);
        }
        return result;
    }

    /** What {@code now()} and {@code localtimestamp} are spelled as; {@code null} if it is another form. */
    private @Nullable PgType storedClock(Term form) {
        SqlToken token = cursor.tokens.get(form.single);
        boolean moment = token.kind() == Kind.TEXT && token.literal().startsWith("%Y-%m-%dT%H:%M:%f000000");
        return !moment ? null : token.literal().endsWith("Z") ? PgType.TIMESTAMPTZ : PgType.TIMESTAMP;
    }

    private Term common(List<Term> arguments) {
        Term common = new Term(findings);
        for (int i = 0; i < arguments.size(); i++) {
            common = i == 0 ? copy(arguments.get(0)) : common(findings, common, arguments.get(i));
        }
        return common;
    }

    private Term part(String name, List<Term> arguments) {
        if (findings.stored() && isDay(name, arguments)) {
            return Term.certain(findings, PgType.DATE);
        }
        boolean pads = name.endsWith("pad");
        for (int i = 0; i < arguments.size(); i++) {
            arguments.get(i).resolve(i == 0 || (pads && i == 2) ? PgType.TEXT : PgType.INT8);
        }
        boolean bytes = name.startsWith("sub")
                && !arguments.isEmpty()
                && arguments.get(0).is(PgType.BYTEA);
        return Term.certain(findings, bytes ? PgType.BYTEA : PgType.TEXT);
    }

    /** As a definition in the schema has the day of a moment. */
    private boolean isDay(String name, List<Term> arguments) {
        return name.equals("substr")
                && arguments.size() == 3
                && Comparison.isMoment(arguments.get(0).type)
                && cursor.tokens.get(arguments.get(1).single).text().equals("1")
                && cursor.tokens.get(arguments.get(2).single).text().equals("10");
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
    static Term common(Findings findings, Term one, Term other) {
        boolean known = one.type != null && other.type != null;
        boolean unequal = known && one.type != other.type;
        if (unequal && findings.stored() && CallSpelling.isTruth(one, other)) {
            return Term.certain(findings, PgType.BOOL);
        }
        boolean open = one.isOpen() || other.isOpen();
        boolean assumed = one.isAssumed() || other.isAssumed();
        one.unify(other);
        Term common = unequal ? Term.of(findings, Arithmetic.number(one.type, other.type)) : one;
        common.assumed = assumed;
        common.announced = unequal ? null : one.announced != null ? one.announced : other.announced;
        if (common.is(PgType.NUMERIC) && (known || open)) {
            // each has its own digits behind the point, a text or parameter any number of them
            boolean unknown = open || one.scale() < 0 || other.scale() < 0;
            boolean same = !unknown && one.scale() == other.scale() && one.isScaled() && other.isScaled();
            int most = unknown ? -1 : Math.max(one.scale(), other.scale());
            common.announced = same ? ColumnType.computed(most) : ColumnType.seen(PgType.NUMERIC);
            common.most = most;
        }
        return common;
    }

    /** FILTER and OVER. */
    private void rest(Scope scope) throws SQLException {
        if (cursor.isWord("FILTER") && cursor.tokens.is(cursor.at + 1, "(")) {
            cursor.at += 2;
            cursor.skipWord("WHERE");
            expressions.read(scope).resolve(PgType.BOOL);
            statements.close();
        }
        if (cursor.isWord("OVER")) {
            cursor.at++;
            if (cursor.is("(")) {
                statements.clauses().window(scope);
            } else {
                cursor.at++;
            }
        }
    }
}
