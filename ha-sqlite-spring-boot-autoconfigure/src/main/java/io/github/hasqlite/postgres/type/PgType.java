package io.github.hasqlite.postgres.type;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types of PostgreSQL that are spoken here, with the numbers that its catalog has for them. */
public enum PgType {
    BOOL(16, 1, "boolean", 'B', 1000),
    BYTEA(17, -1, "bytea", 'U', 1001),
    CHAR(18, 1, "\"char\"", 'Z', 1002),
    NAME(19, 64, "name", 'S', 1003),
    INT8(20, 8, "bigint", 'N', 1016),
    INT2(21, 2, "smallint", 'N', 1005),
    INT4(23, 4, "integer", 'N', 1007),
    TEXT(25, -1, "text", 'S', 1009),
    OID(26, 4, "oid", 'N', 1028),
    JSON(114, -1, "json", 'U', 199),
    FLOAT4(700, 4, "real", 'N', 1021),
    FLOAT8(701, 8, "double precision", 'N', 1022),
    UNKNOWN(705, -2, "unknown", 'X', 0),
    BPCHAR(1042, -1, "character", 'S', 1014),
    VARCHAR(1043, -1, "character varying", 'S', 1015),
    DATE(1082, 4, "date", 'D', 1182),
    TIME(1083, 8, "time without time zone", 'D', 1183),
    TIMESTAMP(1114, 8, "timestamp without time zone", 'D', 1115),
    TIMESTAMPTZ(1184, 8, "timestamp with time zone", 'D', 1185),
    INTERVAL(1186, 16, "interval", 'T', 1187),
    NUMERIC(1700, -1, "numeric", 'N', 1231),
    /** Of texts; what clients ask the catalog has such columns. */
    TEXT_ARRAY(1009, -1, "text[]", 'A', 0),
    /** Of integers, as with {@link #TEXT_ARRAY}. */
    INT8_ARRAY(1016, -1, "bigint[]", 'A', 0),
    UUID(2950, 16, "uuid", 'U', 2951),
    JSONB(3802, -1, "jsonb", 'U', 3807);

    private static final Map<Integer, PgType> BY_OID = new HashMap<>();
    private static final Map<Integer, PgType> BY_ARRAY = new HashMap<>();

    static {
        for (PgType type : values()) {
            if (!type.isArray()) {
                // as a parameter it is an array as any other
                BY_OID.put(type.oid, type);
            }
            BY_ARRAY.put(type.arrayOid, type);
        }
        BY_ARRAY.remove(0);
    }

    private final int oid;
    private final int length;
    private final String display;
    private final char category;
    private final int arrayOid;

    PgType(int oid, int length, String display, char category, int arrayOid) {
        this.oid = oid;
        this.length = length;
        this.display = display;
        this.category = category;
        this.arrayOid = arrayOid;
    }

    public int oid() {
        return oid;
    }

    /** Bytes of a value in PostgreSQL's memory; -1 for any number. */
    public int length() {
        return length;
    }

    /** As {@code format_type} writes it. */
    public String display() {
        return display;
    }

    /** Its name in {@code pg_type}. */
    public String typname() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code pg_type.typcategory}. */
    public char category() {
        return category;
    }

    /** The type of arrays of it; 0 if there is none. */
    public int arrayOid() {
        return arrayOid;
    }

    /** The type with this number; {@code null} if it is not spoken here. */
    public static @Nullable PgType ofOid(int oid) {
        return BY_OID.get(oid);
    }

    /** What an array type has as elements; {@code null} if it is no array type that is spoken here. */
    public static @Nullable PgType elementOf(int oid) {
        return BY_ARRAY.get(oid);
    }

    /** Whether it is an array; such types are for answers only. */
    public boolean isArray() {
        return category == 'A';
    }

    /** Whether its values are texts. */
    public boolean isText() {
        return category == 'S' || this == UNKNOWN || this == CHAR;
    }
}
