package io.github.hasqlite.postgres.type;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the types in the definitions of SQLite's tables mean for PostgreSQL's clients. */
public final class DeclaredTypes {

    /** Room that PostgreSQL's modifier of texts and numbers leaves for a length word. */
    private static final int HEADER = 4;

    private static final int SCALE_BITS = 16;
    private static final int MICRO_DIGITS = 6;
    private static final int MOST_DIGITS = 1000;

    private static final Pattern SHAPE =
            Pattern.compile("\\s*([^()]*?)\\s*(?:\\(\\s*(\\d{1,7})\\s*(?:,\\s*(\\d{1,7})\\s*)?\\)\\s*(.*?))?\\s*");

    private static final Map<String, PgType> NAMES = Map.ofEntries(
            Map.entry("BOOL", PgType.BOOL),
            Map.entry("BOOLEAN", PgType.BOOL),
            Map.entry("TINYINT", PgType.INT2),
            Map.entry("SMALLINT", PgType.INT2),
            Map.entry("INT2", PgType.INT2),
            Map.entry("SMALLSERIAL", PgType.INT2),
            Map.entry("MEDIUMINT", PgType.INT4),
            Map.entry("INT4", PgType.INT4),
            Map.entry("FLOAT", PgType.FLOAT8),
            Map.entry("REAL", PgType.FLOAT8),
            Map.entry("FLOAT4", PgType.FLOAT8),
            Map.entry("NUMERIC", PgType.NUMERIC),
            Map.entry("DECIMAL", PgType.NUMERIC),
            Map.entry("DEC", PgType.NUMERIC),
            Map.entry("CHAR", PgType.BPCHAR),
            Map.entry("CHARACTER", PgType.BPCHAR),
            Map.entry("NCHAR", PgType.BPCHAR),
            Map.entry("BPCHAR", PgType.BPCHAR),
            Map.entry("VARCHAR", PgType.VARCHAR),
            Map.entry("NVARCHAR", PgType.VARCHAR),
            Map.entry("CHARACTER VARYING", PgType.VARCHAR),
            Map.entry("VARYING CHARACTER", PgType.VARCHAR),
            Map.entry("BYTEA", PgType.BYTEA),
            Map.entry("BINARY", PgType.BYTEA),
            Map.entry("VARBINARY", PgType.BYTEA),
            Map.entry("DATE", PgType.DATE),
            Map.entry("TIME", PgType.TIME),
            Map.entry("TIME WITHOUT TIME ZONE", PgType.TIME),
            Map.entry("DATETIME", PgType.TIMESTAMP),
            Map.entry("TIMESTAMP", PgType.TIMESTAMP),
            Map.entry("TIMESTAMP WITHOUT TIME ZONE", PgType.TIMESTAMP),
            Map.entry("TIMESTAMPTZ", PgType.TIMESTAMPTZ),
            Map.entry("TIMESTAMP WITH TIME ZONE", PgType.TIMESTAMPTZ),
            Map.entry("INTERVAL", PgType.INTERVAL),
            Map.entry("UUID", PgType.UUID),
            Map.entry("TEXT[]", PgType.TEXT_ARRAY),
            Map.entry("INT8[]", PgType.INT8_ARRAY),
            Map.entry("OID", PgType.OID),
            Map.entry("NAME", PgType.NAME),
            Map.entry("NAME TEXT", PgType.NAME),
            Map.entry("\"CHAR\"", PgType.CHAR),
            Map.entry("JSON", PgType.JSON),
            Map.entry("JSONB", PgType.JSONB));

    private DeclaredTypes() {}

    /**
     * The type of a column.
     *
     * @param declared as the definition writes it; empty for an expression and a column without a type
     */
    public static ColumnType of(String declared) {
        Matcher shape = SHAPE.matcher(declared);
        if (declared.isBlank() || !shape.matches()) {
            return ColumnType.ANYTHING;
        }
        String rest = shape.group(4) == null || shape.group(4).isEmpty() ? "" : " " + shape.group(4);
        String name = (shape.group(1) + rest).toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
        PgType type = NAMES.get(name);
        if (type == null) {
            type = byAffinity(name);
        }
        return type == null
                ? ColumnType.ANYTHING
                : new ColumnType(type, modifier(type, shape.group(2), shape.group(3)), true);
    }

    /** The rules of SQLite, in its order; {@code null} where a column may hold anything. */
    private static @Nullable PgType byAffinity(String name) {
        if (name.contains("INT") || name.endsWith("SERIAL")) {
            return PgType.INT8;
        }
        if (name.contains("CHAR") || name.contains("CLOB") || name.contains("TEXT")) {
            return PgType.TEXT;
        }
        if (name.contains("BLOB")) {
            return PgType.BYTEA;
        }
        return name.contains("REAL") || name.contains("FLOA") || name.contains("DOUB") ? PgType.FLOAT8 : null;
    }

    private static int modifier(PgType type, @Nullable String first, @Nullable String second) {
        if (first == null) {
            return -1;
        }
        int length = Integer.parseInt(first);
        return switch (type) {
            case VARCHAR, BPCHAR -> length + HEADER;
            case NUMERIC -> {
                int scale = second == null ? 0 : Integer.parseInt(second);
                yield length == 0 || length > MOST_DIGITS || scale > length
                        ? -1
                        : ((length << SCALE_BITS) | scale) + HEADER;
            }
            // six digits behind the second are those that all have
            case TIME, TIMESTAMP, TIMESTAMPTZ -> length < MICRO_DIGITS ? length : -1;
            default -> -1;
        };
    }
}
