package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code value::type}, and types in CAST that SQLite would take for numbers. Where SQLite has no such type, the value
 * stays what it is: a text is a date there.
 */
final class CastSpelling {

    private static final Set<String> INTEGERS =
            Set.of("int", "integer", "int2", "int4", "int8", "bigint", "smallint", "oid", "xid", "serial", "bigserial");
    private static final Set<String> REALS = Set.of("float", "float4", "float8", "real", "double");
    private static final Set<String> TEXTS = Set.of(
            "text",
            "varchar",
            "char",
            "bpchar",
            "name",
            "character",
            "citext",
            "unknown",
            "uuid",
            "json",
            "date",
            "time",
            "timestamp",
            "timestamptz",
            "interval",
            "jsonb");
    static final Set<String> OBJECTS = Set.of("regclass", "regtype", "regproc", "regnamespace", "regrole");

    private CastSpelling() {}

    static void apply(TokenBuffer tokens, boolean catalog) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.is(i, "::")) {
                i = cast(tokens, i, catalog);
            } else if (tokens.isWord(i, "CAST") && tokens.is(i + 1, "(")) {
                standard(tokens, i);
            }
        }
    }

    /** Casts to names of the catalog's objects alone. */
    static void objects(TokenBuffer tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            int close = tokens.isWord(i, "CAST") && tokens.is(i + 1, "(") ? tokens.closing(i + 1) : 0;
            if (tokens.is(i, "::") && OBJECTS.contains(tokens.get(i + 1).name()) && !tokens.is(i + 2, "[")) {
                i = cast(tokens, i, true);
            } else if (tokens.isWord(close - 2, "AS")
                    && OBJECTS.contains(tokens.get(close - 1).name())) {
                String name = tokens.get(close - 1).name();
                boolean literal = close == i + 5 && tokens.get(i + 2).kind() == Kind.TEXT;
                boolean shown = literal && ObjectItem.isShown(tokens, i, close + 1);
                ObjectItem.name(tokens, i + 2, close - 2, close + 1);
                tokens.replace(close - 2, close + 1, shown ? "))" : ")");
                tokens.replace(i, i + 1, called(name, literal, shown));
            }
        }
    }

    /** What makes a name's number, or a number's name; of a name that is shown both. */
    private static String called(String type, boolean literal, boolean shown) {
        String number = (shown ? "(" : "") + "ha_oid_of_" + type;
        return shown ? "ha_name_of_" + type + number : literal ? number : "ha_name_of_" + type;
    }

    /** Where to go on. */
    private static int cast(TokenBuffer tokens, int at, boolean catalog) {
        int type = at + 1;
        while (tokens.is(type + 1, ".")) {
            type += 2;
        }
        String name = tokens.get(type).name();
        int end = typeEnd(tokens, type, name);
        boolean array = tokens.is(end - 1, "]");
        int start = tokens.operandStart(at);
        SqlToken operand = tokens.get(start);
        boolean literal = start == at - 1 && operand.kind() == Kind.TEXT;
        if (catalog && !array && OBJECTS.contains(name)) {
            boolean shown = literal && ObjectItem.isShown(tokens, start, end);
            ObjectItem.name(tokens, start, at, end);
            tokens.replace(at, end, shown ? "))" : ")");
            return at + tokens.insert(start, called(name, literal, shown) + "(");
        }
        if (!array && name.equals("bytea") && literal) {
            String hex = hex(operand.literal());
            if (hex != null) {
                tokens.replace(start, end, "x'" + hex + "'");
                return start;
            }
        }
        if (!array && name.startsWith("bool") && literal) {
            tokens.replace(start, end, truth(operand));
            return start;
        }
        String target = array || (literal && !INTEGERS.contains(name) && !REALS.contains(name)) ? "" : affinity(name);
        if (target.isEmpty()) {
            tokens.remove(at, end);
            return at - 1;
        }
        tokens.replace(at, end, " AS " + target + ")");
        return at + 2 + tokens.insert(start, "CAST(");
    }

    private static String truth(SqlToken operand) {
        return switch (operand.literal().strip().toLowerCase(Locale.ROOT)) {
            case "t", "true", "y", "yes", "on", "1" -> "1";
            case "f", "false", "n", "no", "off", "0" -> "0";
            default -> operand.text();
        };
    }

    private static @Nullable String hex(String literal) {
        if (!literal.startsWith("\\x")) {
            return null;
        }
        try {
            return HexFormat.of().formatHex(HexFormat.of().parseHex(literal.substring(2)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Behind the words, the length and the brackets of a type. */
    private static int typeEnd(TokenBuffer tokens, int type, String name) {
        int end = type + 1;
        if (name.equals("double") && tokens.isWord(end, "PRECISION")) {
            end++;
        } else if (name.equals("character") && tokens.isWord(end, "VARYING")) {
            end++;
        }
        if (tokens.is(end, "(")) {
            end = tokens.closing(end) + 1;
        }
        if ((name.equals("time") || name.equals("timestamp"))
                && (tokens.isWords(end, "WITH", "TIME", "ZONE") || tokens.isWords(end, "WITHOUT", "TIME", "ZONE"))) {
            end += 3;
        }
        while (tokens.is(end, "[")) {
            end = tokens.closing(end) + 1;
        }
        return end;
    }

    private static String affinity(String type) {
        if (INTEGERS.contains(type)) {
            return "INTEGER";
        }
        if (REALS.contains(type)) {
            return "REAL";
        }
        return switch (type) {
            case "text", "varchar", "character", "name", "bpchar" -> "TEXT";
            case "numeric", "decimal" -> "NUMERIC";
            default -> "";
        };
    }

    /** SQLite takes a type that it does not know for NUMERIC, and the year for the date. */
    private static void standard(TokenBuffer tokens, int at) {
        int close = tokens.closing(at + 1);
        int as = close - 1;
        while (as > at && !tokens.isWord(as, "AS")) {
            as--;
        }
        int type = as + 1;
        while (tokens.is(type + 1, ".")) {
            type += 2;
        }
        String name = tokens.get(type).name();
        if (as > at && close < tokens.size() && typeEnd(tokens, type, name) == close) {
            if (TEXTS.contains(name)) {
                tokens.replace(as + 1, close, "TEXT");
            } else if (name.equals("bytea")) {
                tokens.replace(as + 1, close, "BLOB");
            }
        }
    }
}
