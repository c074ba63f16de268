package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The name of a type in a cast.
 *
 * @param type {@code null} for types of the catalog, whose casts say nothing here
 * @param array whether it is an array of the type
 * @param end behind its last token
 */
record TypeName(@Nullable ColumnType type, boolean array, int end) {

    private static final Map<String, PgType> NAMES = Map.ofEntries(
            Map.entry("int", PgType.INT4),
            Map.entry("integer", PgType.INT4),
            Map.entry("int4", PgType.INT4),
            Map.entry("serial", PgType.INT4),
            Map.entry("bigint", PgType.INT8),
            Map.entry("int8", PgType.INT8),
            Map.entry("bigserial", PgType.INT8),
            Map.entry("smallint", PgType.INT2),
            Map.entry("int2", PgType.INT2),
            Map.entry("oid", PgType.OID),
            Map.entry("xid", PgType.OID),
            Map.entry("float", PgType.FLOAT8),
            Map.entry("float8", PgType.FLOAT8),
            Map.entry("double", PgType.FLOAT8),
            Map.entry("double precision", PgType.FLOAT8),
            Map.entry("float4", PgType.FLOAT4),
            Map.entry("real", PgType.FLOAT4),
            Map.entry("numeric", PgType.NUMERIC),
            Map.entry("decimal", PgType.NUMERIC),
            Map.entry("dec", PgType.NUMERIC),
            Map.entry("text", PgType.TEXT),
            Map.entry("citext", PgType.TEXT),
            Map.entry("unknown", PgType.TEXT),
            Map.entry("name", PgType.NAME),
            Map.entry("varchar", PgType.VARCHAR),
            Map.entry("character varying", PgType.VARCHAR),
            Map.entry("char varying", PgType.VARCHAR),
            Map.entry("char", PgType.BPCHAR),
            Map.entry("character", PgType.BPCHAR),
            Map.entry("bpchar", PgType.BPCHAR),
            Map.entry("bool", PgType.BOOL),
            Map.entry("boolean", PgType.BOOL),
            Map.entry("bytea", PgType.BYTEA),
            Map.entry("date", PgType.DATE),
            Map.entry("time", PgType.TIME),
            Map.entry("time without time zone", PgType.TIME),
            Map.entry("timestamp", PgType.TIMESTAMP),
            Map.entry("timestamp without time zone", PgType.TIMESTAMP),
            Map.entry("timestamptz", PgType.TIMESTAMPTZ),
            Map.entry("timestamp with time zone", PgType.TIMESTAMPTZ),
            Map.entry("interval", PgType.INTERVAL),
            Map.entry("uuid", PgType.UUID),
            Map.entry("json", PgType.JSON),
            Map.entry("jsonb", PgType.JSONB));

    /** Of the catalog: what is cast to them there is the name or number of an object. */
    private static final Set<String> OBJECTS = Set.of("regclass", "regtype", "regproc", "regnamespace", "regrole");

    /**
     * Reads the name of a type.
     *
     * @return {@code null} if no such type is known
     */
    static @Nullable TypeName read(TokenBuffer tokens, int from) {
        int at = from;
        while (tokens.is(at + 1, ".")) {
            at += 2;
        }
        String name = tokens.get(at).name();
        int end = at + 1;
        if ((name.equals("double") && tokens.isWord(end, "PRECISION"))
                || ((name.equals("character") || name.equals("char")) && tokens.isWord(end, "VARYING"))) {
            name += " " + tokens.get(end++).name();
        }
        String length = "";
        if (tokens.is(end, "(")) {
            int close = tokens.closing(end);
            StringBuilder inside = new StringBuilder();
            for (int i = end; i <= close; i++) {
                inside.append(tokens.get(i).text());
            }
            length = inside.toString();
            end = close + 1;
        }
        if (tokens.isWords(end, "WITH", "TIME", "ZONE") || tokens.isWords(end, "WITHOUT", "TIME", "ZONE")) {
            name += " " + tokens.get(end).name() + " time zone";
            end += 3;
        }
        boolean array = tokens.isWord(end, "ARRAY");
        end += array ? 1 : 0;
        while (tokens.is(end, "[")) {
            array = true;
            end = tokens.closing(end) + 1;
        }
        if (OBJECTS.contains(name)) {
            return new TypeName(null, array, end);
        }
        PgType type = NAMES.get(name);
        return type == null ? null : new TypeName(new ColumnType(type, modifier(type, name, length), true), array, end);
    }

    /** @param length in parentheses; empty if there is none */
    private static int modifier(PgType type, String name, String length) {
        if (type == PgType.BPCHAR && length.isEmpty()) {
            // by this name of its own it is of any length
            return name.equals("bpchar") ? -1 : DeclaredTypes.of("CHAR(1)").modifier();
        }
        boolean digits = length.matches("\\(\\d\\)");
        return switch (type) {
            case VARCHAR -> DeclaredTypes.of("VARCHAR" + length).modifier();
            case BPCHAR -> DeclaredTypes.of("CHAR" + length).modifier();
            case NUMERIC -> DeclaredTypes.of("NUMERIC" + length).modifier();
            case TIME, TIMESTAMP, TIMESTAMPTZ -> digits ? length.charAt(1) - '0' : -1;
            default -> -1;
        };
    }

    static SQLException unknown(TokenBuffer tokens, int at) {
        String name = tokens.get(at).name();
        boolean known = Set.of("timetz", "time", "money", "bit", "varbit", "xml", "inet", "cidr", "point", "hstore")
                .contains(name);
        return known
                ? new SQLException(
                        "casts to type " + name + " are not supported: cast to text, or to another type", "0A000")
                : new SQLException("type \"" + name + "\" does not exist", "42704");
    }
}
