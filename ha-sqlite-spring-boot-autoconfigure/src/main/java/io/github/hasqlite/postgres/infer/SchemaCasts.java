package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.LiteralText;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueCast;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Casts in statements that change the schema, which runs on all nodes and in all programs: plain SQLite stands there, or
 * it is refused.
 */
final class SchemaCasts {

    private static final Set<String> TYPED =
            Set.of("date", "time", "timestamp", "timestamptz", "numeric", "bool", "boolean", "uuid", "bytea");

    /** Collations that other programs do not have. */
    private static final Set<String> PROGRAMS = Set.of("ha_interval", "ha_jsonb");

    private final TokenBuffer tokens;
    private final Findings findings;

    SchemaCasts(TokenBuffer tokens, Findings findings) {
        this.tokens = tokens;
        this.findings = findings;
    }

    void spell() throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.is(i, "::")) {
                i = behind(i) - 1;
            } else if (tokens.isWord(i, "CAST") && tokens.is(i + 1, "(")) {
                standard(i);
            } else if (tokens.isWord(i, "INTERVAL") && tokens.get(i + 1).kind() == Kind.TEXT) {
                throw refused(PgType.INTERVAL);
            } else if (tokens.isWord(i, "COLLATE")
                    && tokens.get(i + 1).isName()
                    && PROGRAMS.contains(tokens.get(i + 1).name().toLowerCase(Locale.ROOT))) {
                throw new SQLException(
                        "collation \"" + tokens.get(i + 1).name()
                                + "\" is not for the schema, which other programs read",
                        "0A000");
            } else if (isTyped(i)) {
                literal(i);
            }
        }
    }

    /** Where to go on. */
    private int behind(int operator) throws SQLException {
        int start = tokens.operandStart(operator);
        int literal = literal(start, operator);
        int at = operator;
        // each of x::a::b is one more call around x
        while (tokens.is(at, "::")) {
            TypeName name = TypeName.read(tokens, at + 1);
            if (name == null) {
                throw TypeName.unknown(tokens, at + 1);
            }
            findings.remove(at, name.end());
            ColumnType target = name.type();
            if (target != null && !name.array()) {
                if (literal >= 0) {
                    value(literal, target);
                } else if (!isTruth(start, operator, target)) {
                    findings.before(start, before(target));
                    findings.after(operator - 1, after(target));
                }
            }
            at = name.end();
        }
        return at;
    }

    /**
     * Where the literal is of which an operand consists, within parentheses or not.
     *
     * @param to behind the operand
     * @return -1 if it is something else
     */
    private int literal(int from, int to) {
        int first = from;
        int last = to - 1;
        while (first < last && tokens.is(first, "(") && tokens.is(last, ")")) {
            first++;
            last--;
        }
        return first == last && isLiteral(tokens.get(last)) ? last : -1;
    }

    private void value(int place, ColumnType target) throws SQLException {
        if (target.type() == PgType.INTERVAL) {
            throw refused(target.type());
        }
        boolean json = target.type() == PgType.JSON || target.type() == PgType.JSONB;
        SqlToken token = tokens.get(place);
        if (token.kind() == Kind.NUMBER && LiteralText.isNumber(token.text())) {
            number(place, target, new BigDecimal(token.text()));
        } else if ((!json || isDefault(place)) && tokens.get(place).kind() == Kind.TEXT) {
            findings.instead(
                    place,
                    LiteralText.sql(
                            ValueCast.cast(target, null, tokens.get(place).literal())));
        }
    }

    /** What is stored as it stands here. */
    private boolean isDefault(int place) {
        int before = place - 1;
        while (tokens.is(before, "(")) {
            before--;
        }
        return tokens.isWord(before, "DEFAULT");
    }

    private void number(int place, ColumnType target, BigDecimal number) throws SQLException {
        Object value = ValueCast.cast(target, ColumnType.declared(PgType.NUMERIC), number.toPlainString());
        String literal = LiteralText.sql(value);
        switch (target.type()) {
            // what it is divided by counts in fractions
            case NUMERIC -> findings.instead(place, "CAST(" + literal + " AS NUMERIC)");
            case FLOAT4, FLOAT8 -> findings.instead(place, "CAST(" + literal + " AS REAL)");
            default -> findings.instead(place, literal);
        }
    }

    private void standard(int call) throws SQLException {
        int close = tokens.closing(call + 1);
        int as = close - 1;
        while (as > call && !tokens.isWord(as, "AS")) {
            as--;
        }
        TypeName name = TypeName.read(tokens, as + 1);
        ColumnType target = name == null || name.array() ? null : name.type();
        if (as == call || name == null || target == null || name.end() != close) {
            // SQLite's own way to name a type
            return;
        }
        int literal = literal(call + 2, as);
        if (literal >= 0) {
            findings.remove(call, call + 1);
            findings.remove(as, close);
            value(literal, target);
        } else {
            findings.instead(call, before(target));
            findings.remove(call + 1, call + 2);
            findings.remove(as, close);
            findings.instead(close, after(target));
        }
    }

    /** {@code date '2026-01-02'}: elsewhere a type stands before no text. */
    private boolean isTyped(int at) {
        return tokens.get(at + 1).kind() == Kind.TEXT
                && !tokens.is(at - 1, ".")
                && TYPED.contains(
                        tokens.get(at).kind() == Kind.WORD ? tokens.get(at).name() : "");
    }

    private void literal(int at) throws SQLException {
        TypeName name = TypeName.read(tokens, at);
        if (name != null && name.type() != null) {
            findings.remove(at, at + 1);
            value(at + 1, name.type());
        }
    }

    private static boolean isLiteral(SqlToken token) {
        return token.kind() == Kind.TEXT || token.kind() == Kind.NUMBER;
    }

    private boolean isTruth(int start, int operator, ColumnType target) {
        boolean word = tokens.isWord(start, "TRUE") || tokens.isWord(start, "FALSE") || tokens.isWord(start, "NULL");
        return word && start == operator - 1 && (target.type() == PgType.BOOL || tokens.isWord(start, "NULL"));
    }

    private static String before(ColumnType target) throws SQLException {
        return switch (target.type()) {
            case DATE -> "date(";
            case JSON, JSONB -> "json(";
            case INT2, INT4, INT8, OID, FLOAT4, FLOAT8 -> "CAST(";
            case NUMERIC -> target.modifier() > 0 ? "round(" : "CAST(";
            case BPCHAR -> target.length() >= 0 ? "rtrim(substr(CAST(" : "rtrim(CAST(";
            case TEXT, NAME, VARCHAR, CHAR, UNKNOWN -> target.length() >= 0 ? "substr(CAST(" : "CAST(";
            default -> throw refused(target.type());
        };
    }

    private static String after(ColumnType target) {
        return switch (target.type()) {
            case INT2, INT4, INT8, OID -> " AS INTEGER)";
            case FLOAT4, FLOAT8 -> " AS REAL)";
            case NUMERIC -> target.modifier() > 0 ? ", " + target.scale() + ")" : " AS NUMERIC)";
            case BPCHAR -> (target.length() >= 0 ? " AS TEXT), 1, " + target.length() + ")" : " AS TEXT)") + ", ' ')";
            case TEXT, NAME, VARCHAR, CHAR, UNKNOWN ->
                target.length() >= 0 ? " AS TEXT), 1, " + target.length() + ")" : " AS TEXT)";
            default -> ")";
        };
    }

    private static SQLException refused(PgType type) {
        return new SQLException(
                "casts to type " + type.display() + " are not supported in the schema, which is SQLite's own: write it"
                        + " with SQLite's functions, such as datetime(x, '+1 day')",
                "0A000");
    }

    /** The text of a statement that changes the schema; {@code null} if nothing is to change. */
    static @Nullable String spelled(TokenBuffer tokens) throws SQLException {
        Findings findings = new Findings(tokens, new int[0]);
        new SchemaCasts(tokens, findings).spell();
        return findings.insight().spelled();
    }
}
