package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How calls are spelled whose functions do something else in SQLite, or for other types of arguments. */
record CallSpelling(Findings findings) {

    /** SQLite's functions that put values into JSON, where a text is one unless it is known to be JSON. */
    static final Set<String> EMBEDDING = Set.of(
            "json_object",
            "json_array",
            "json_group_array",
            "json_group_object",
            "json_insert",
            "json_replace",
            "json_set");

    /** What they answer of numbers with few digits may have many. */
    private static final Set<String> POWERS = Set.of("power", "pow", "exp");

    /** What arguments are made of before the call. */
    void arguments(String name, List<Comparison.Operand> places) throws SQLException {
        for (Comparison.Operand argument : places) {
            switch (name) {
                case "concat", "concat_ws" -> new TextForm(findings).shown(argument);
                case "octet_length" -> new TextForm(findings).pad(argument);
                case "count", "min", "max" -> new Intervals(findings).collate(argument);
                default -> embed(name, argument);
            }
        }
        if (name.equals("round") && places.size() == 2 && findings.ofSchema()) {
            new PlainRounding(findings).spell(places.get(0), places.get(1));
        }
    }

    private void embed(String name, Comparison.Operand value) {
        if (EMBEDDING.contains(name) && JsonOperators.isJson(value.type())) {
            findings.before(value.from(), "json(");
            findings.after(value.to() - 1, ")");
        }
    }

    /** Names the program's own function that does what PostgreSQL's does. */
    void function(int place, String name, List<Term> arguments) {
        String instead = instead(name, arguments);
        if (instead != null) {
            findings.instead(place, instead);
        }
    }

    private static @Nullable String instead(String name, List<Term> arguments) {
        boolean real = arguments.size() == 1 && arguments.get(0).is(PgType.FLOAT8);
        boolean digits = arguments.size() == 2 && Arithmetic.isNumber(arguments.get(0).type);
        boolean fractions = arguments.stream().anyMatch(argument -> Arithmetic.isFraction(argument.type));
        return switch (name) {
            case "round" -> digits && !arguments.get(0).is(PgType.FLOAT8) ? "ha_round" : real ? "ha_even" : null;
            case "mod" -> digits && (fractions || Arithmetic.isWhole(arguments.get(1).type)) ? "ha_rest" : null;
            default -> null;
        };
    }

    /** What the text says of an argument, in the place of the call. */
    Term typeOf(Term argument, int place, Cursor cursor) throws SQLException {
        SqlToken token = cursor.tokens.get(argument.single);
        boolean small = token.kind() == Kind.NUMBER && token.text().matches("\\d{1,9}");
        boolean nothing = cursor.tokens.isWord(argument.from, "NULL") && argument.to == argument.from + 1;
        String type = small
                ? PgType.INT4.display()
                : argument.element != null
                        ? argument.element.type().display() + "[]"
                        : argument.type != null
                                ? argument.type.display()
                                : argument.isOpen() || nothing ? PgType.UNKNOWN.display() : "";
        if (type.isEmpty()) {
            findings.refuse("pg_typeof of what only its value tells is not supported: SQLite's typeof(x) tells it");
        } else {
            findings.replace(place, cursor.at, LiteralText.sql(type));
        }
        return Term.certain(findings, PgType.TEXT);
    }

    /**
     * Sees that an aggregate of decimals is one, with its window.
     *
     * @param call of the aggregate, with its type
     */
    void answer(String name, Comparison.Operand call, List<Term> arguments) {
        if (!call.term().is(PgType.NUMERIC)) {
            return;
        }
        if (POWERS.contains(name)) {
            findings.before(call.from(), "ha_limited(");
            findings.after(call.to() - 1, ")");
        }
        if (arguments.size() != 1) {
            return;
        }
        Term of = arguments.get(0);
        if (name.equals("sum") && !new Arithmetic(findings).exactSum(of, call)) {
            findings.written(of);
            findings.instead(call.from(), of.isScaled() ? "ha_sum_exactly" : "ha_sum");
            call.term().announced = of.isScaled() ? call.term().announced : ColumnType.seen(PgType.NUMERIC);
        } else if (name.equals("avg")) {
            call.term().announced = ColumnType.seen(PgType.NUMERIC);
            if (of.is(PgType.NUMERIC)) {
                findings.written(of);
                findings.instead(call.from(), "ha_avg");
            } else if (of.is(PgType.INT8)) {
                // its sum has all digits
                findings.before(call.from(), "ha_limited(");
                findings.after(call.to() - 1, ")");
            }
        }
    }

    /**
     * The first of two values unless they are equal, of which other comparisons change what they answer.
     *
     * @param call where it begins
     * @param end behind it
     */
    Term nullIf(int call, int end, List<Comparison.Operand> places) throws SQLException {
        Term first = places.get(0).term();
        boolean open = first.isOpen();
        first.unify(places.get(1).term());
        if (first.is(PgType.INTERVAL)) {
            findings.refuseInSchema("nullif of intervals is not supported in the schema, which is SQLite's own");
            findings.instead(call, "ha_nullif");
        } else {
            new Intervals(findings).collate(places.get(0));
            if (first.is(PgType.BPCHAR)) {
                new Comparison(findings, places.get(0)).with(places.get(1));
            } else if (first.is(PgType.VARCHAR) && places.get(1).type() == PgType.BPCHAR) {
                findings.refuse(
                        "nullif of a varchar and a char(n), in which blanks at the end count for nothing, is not"
                                + " supported: write CASE WHEN a = b THEN NULL ELSE a END");
            }
        }
        PgType moment = Comparison.widen(findings, places);
        if (moment != null && moment != first.type) {
            Term widened = Term.of(findings, moment);
            new Comparison(findings, places.get(0)).cast(new Comparison.Operand(widened, call, end), first.type);
        }
        Term second = places.get(1).term();
        if (findings.stored() && isTruth(first, second)) {
            return Term.certain(findings, PgType.BOOL);
        }
        boolean numbers = Arithmetic.isNumber(first.type) && Arithmetic.isNumber(second.type);
        PgType common = numbers && first.type != second.type ? Arithmetic.number(first.type, second.type) : first.type;
        Term answer = Term.of(findings, common);
        boolean unscaled = common != first.type || (open && first.is(PgType.NUMERIC));
        // a literal has become one of the other's type
        ColumnType announced = open && second.type == first.type ? second.announced : first.announced;
        answer.announced = unscaled && common != null ? ColumnType.seen(common) : announced;
        answer.most = first.scale();
        answer.assumed = first.assumed;
        if (first.isOpen()) {
            answer.unify(first);
        }
        return answer;
    }

    /** In the schema a literal beside a truth value stands there as it is stored. */
    static boolean isTruth(Term one, Term other) {
        return (one.is(PgType.BOOL) && other.is(PgType.INT8)) || (one.is(PgType.INT8) && other.is(PgType.BOOL));
    }
}
