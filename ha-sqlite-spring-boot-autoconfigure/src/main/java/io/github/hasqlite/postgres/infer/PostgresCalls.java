package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Functions of PostgreSQL that SQLite does not have, or has under another name. They are not for the schema. */
record PostgresCalls(Findings findings) {

    /**
     * A function.
     *
     * @param instead what it is called here
     * @param answer its type; that of the first argument if {@code null}
     * @param arguments their types; the last may be missing
     */
    private record Known(String instead, @Nullable PgType answer, List<PgType> arguments, int optional) {}

    private static final Map<String, Known> TEXTS = Map.ofEntries(
            known("left", PgType.TEXT, PgType.TEXT, PgType.INT8),
            known("right", PgType.TEXT, PgType.TEXT, PgType.INT8),
            Map.entry("lpad", padding("ha_lpad")),
            Map.entry("rpad", padding("ha_rpad")),
            known("repeat", PgType.TEXT, PgType.TEXT, PgType.INT8),
            known("strpos", PgType.INT8, PgType.TEXT, PgType.TEXT),
            known("split_part", PgType.TEXT, PgType.TEXT, PgType.TEXT, PgType.INT8),
            known("initcap", PgType.TEXT, PgType.TEXT),
            known("reverse", PgType.TEXT, PgType.TEXT),
            known("translate", PgType.TEXT, PgType.TEXT, PgType.TEXT, PgType.TEXT),
            known("ascii", PgType.INT8, PgType.TEXT),
            known("chr", PgType.TEXT, PgType.INT8),
            known("md5", PgType.TEXT, PgType.TEXT),
            known("starts_with", PgType.BOOL, PgType.TEXT, PgType.TEXT),
            known("gcd", PgType.INT8, PgType.INT8, PgType.INT8),
            Map.entry("btrim", new Known("trim", PgType.TEXT, List.of(PgType.TEXT, PgType.TEXT), 1)),
            Map.entry("char_length", new Known("length", PgType.INT8, List.of(PgType.TEXT), 0)),
            Map.entry("character_length", new Known("length", PgType.INT8, List.of(PgType.TEXT), 0)));

    private static final Map<String, String> TRUTHS = Map.of("bool_and", "min", "bool_or", "max", "every", "min");
    private static final Set<String> FIELDS = Set.of("extract", "date_part", "date_trunc", "to_char");
    private static final Set<String> WITH_FRACTION = Set.of("second", "seconds", "epoch");
    private static final int MICRO_DIGITS = 6;

    private static Map.Entry<String, Known> known(String name, PgType answer, PgType... arguments) {
        return Map.entry(name, new Known("ha_" + name, answer, List.of(arguments), 0));
    }

    private static Known padding(String name) {
        return new Known(name, PgType.TEXT, List.of(PgType.TEXT, PgType.INT8, PgType.TEXT), 1);
    }

    /**
     * Spells a call as one that is known here.
     *
     * @param call with its window; its term is what other functions would answer
     * @return what it answers; {@code null} if it is another function, which stays as it is
     * @throws SQLException if it is not there for such arguments (0A000, 42883)
     */
    @Nullable
    Term spell(String name, Comparison.Operand call, List<Comparison.Operand> arguments) throws SQLException {
        if (findings.ofSchema() || findings.ofCatalog() || arguments.isEmpty()) {
            return null;
        }
        Known known = TEXTS.get(name);
        if (known != null) {
            return known(known, call, arguments);
        }
        String truth = TRUTHS.get(name);
        if (truth != null && arguments.size() == 1) {
            arguments.get(0).term().resolve(PgType.BOOL);
            findings.instead(call.from(), truth);
            return Term.certain(findings, PgType.BOOL);
        }
        if (name.equals("greatest") || name.equals("least")) {
            return extreme(name, call, arguments);
        }
        if (name.equals("substring") && isCounted(arguments)) {
            findings.instead(call.from(), "ha_substring");
            for (int i = 0; i < arguments.size() - 1; i++) {
                // FROM and FOR, or commas
                findings.instead(arguments.get(i).to(), ",");
            }
            return call.term();
        }
        if (name.equals("array_agg") && arguments.size() == 1) {
            return array(call, arguments.get(0));
        }
        if (name.equals("trunc") && arguments.size() == 2) {
            findings.instead(call.from(), "ha_trunc");
            arguments.forEach(argument -> argument.term().resolve(PgType.INT8));
            Term cut = Term.of(findings, PgType.NUMERIC);
            cut.announced = call.term().announced;
            return cut;
        }
        return FIELDS.contains(name) && arguments.size() == 2 ? field(name, call, arguments) : null;
    }

    private @Nullable Term known(Known known, Comparison.Operand call, List<Comparison.Operand> arguments) {
        int most = known.arguments().size();
        if (arguments.size() > most || arguments.size() < most - known.optional()) {
            return null;
        }
        for (int i = 0; i < arguments.size(); i++) {
            arguments.get(i).term().resolve(known.arguments().get(i));
        }
        findings.instead(call.from(), known.instead());
        return Term.certain(findings, known.answer() == null ? PgType.TEXT : known.answer());
    }

    /** SQLite counts from the end where PostgreSQL begins before the first character. */
    private boolean isCounted(List<Comparison.Operand> arguments) {
        boolean begins = arguments.size() > 1
                && !findings.token(arguments.get(0).to()).text().equalsIgnoreCase("FOR");
        if (!begins || arguments.size() > 3 || arguments.get(0).type() == PgType.BYTEA) {
            return false;
        }
        Comparison.Operand from = arguments.get(1);
        String text = findings.token(from.from()).text();
        return arguments.size() == 3 || !(text.matches("[1-9]\\d{0,8}") && from.to() == from.from() + 1);
    }

    /** NULL is none of the values. */
    private Term extreme(String name, Comparison.Operand call, List<Comparison.Operand> arguments) {
        PgType type = call.term().type;
        findings.instead(call.from(), "ha_" + name);
        findings.before(arguments.get(0).from(), (type == null ? 0 : type.oid()) + ", ");
        return call.term();
    }

    /** As its elements are written, an empty one is NULL. */
    private Term array(Comparison.Operand call, Comparison.Operand element) throws SQLException {
        PgType type = element.type();
        boolean whole = Arithmetic.isWhole(type);
        if (type == PgType.BYTEA || type == PgType.JSON || type == PgType.JSONB) {
            throw new SQLException(
                    "array_agg of " + type.display() + " is not supported: json_group_array answers JSON", "0A000");
        }
        if (type != PgType.BOOL) {
            new TextForm(findings).cast(element);
        }
        int oid = type != null && (whole || type == PgType.BOOL) ? type.oid() : PgType.TEXT.oid();
        findings.instead(call.from(), "json_group_array");
        findings.before(call.from(), "ha_array_text(nullif(");
        findings.after(call.to() - 1, ", '[]'), " + oid + ")");
        Term array = Term.of(findings, null);
        array.announced = ColumnType.seen(whole ? PgType.INT8_ARRAY : PgType.TEXT_ARRAY);
        return array;
    }

    /** {@code extract(field FROM x)} and its kin. */
    private Term field(String name, Comparison.Operand call, List<Comparison.Operand> arguments) throws SQLException {
        boolean pattern = name.equals("to_char");
        Comparison.Operand value = arguments.get(pattern ? 0 : 1);
        Comparison.Operand field = arguments.get(pattern ? 1 : 0);
        if (name.equals("extract") && findings.token(field.from()).kind() != Kind.TEXT) {
            // the word before FROM, which is no column
            findings.instead(
                    field.from(), LiteralText.sql(findings.token(field.from()).name()));
        }
        if (name.equals("extract")) {
            findings.instead(field.to(), ",");
        }
        field.term().resolve(PgType.TEXT);
        PgType type = value.type();
        boolean moment =
                Comparison.isMoment(type) || (!pattern && type == PgType.TIME) || (!pattern && type == PgType.INTERVAL);
        boolean truncates = name.equals("date_trunc");
        if (type == null || !moment || (truncates && !Comparison.isMoment(type))) {
            throw new SQLException(
                    name + " of " + (type == null ? "a value whose type is not known" : type.display())
                            + " is not supported here: cast it, as in x::timestamp",
                    "0A000");
        }
        // a date is a moment with the zone of the session there
        PgType cut = type == PgType.DATE ? PgType.TIMESTAMPTZ : type;
        findings.instead(call.from(), "ha_" + name);
        findings.after(value.to() - 1, ", " + (truncates ? cut : type).oid());
        if (pattern) {
            return Term.certain(findings, PgType.TEXT);
        }
        if (truncates) {
            return Term.certain(findings, cut);
        }
        Term number = Term.certain(findings, name.equals("extract") ? PgType.NUMERIC : PgType.FLOAT8);
        if (number.is(PgType.NUMERIC)) {
            number.announced = ColumnType.computed(digits(field, type));
        }
        return number;
    }

    private int digits(Comparison.Operand field, PgType type) {
        SqlToken token = findings.token(field.from());
        String name = token.kind() == Kind.TEXT ? token.literal().toLowerCase(Locale.ROOT) : token.name();
        if (name.startsWith("millisecond")) {
            return MICRO_DIGITS / 2;
        }
        return WITH_FRACTION.contains(name) && type != PgType.DATE ? MICRO_DIGITS : 0;
    }
}
