package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.type.PgType;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names of types, as clients write them and as the catalog does. Stateless. */
final class TypeNames {

    private static final Map<String, String> ALIASES = Map.of(
            "int",
            "int4",
            "integer",
            "int4",
            "bigint",
            "int8",
            "smallint",
            "int2",
            "boolean",
            "bool",
            "decimal",
            "numeric",
            "double precision",
            "float8",
            "real",
            "float4",
            "character varying",
            "varchar",
            "string",
            "text");

    private TypeNames() {}

    /** The number of a type; {@code null} if there is none such. */
    static @Nullable Long oid(String written) {
        String name = written.toLowerCase(Locale.ROOT)
                .replaceFirst("^pg_catalog\\.", "")
                .replace("\"", "");
        boolean array = name.endsWith("[]");
        String element = array ? name.substring(0, name.length() - 2) : name;
        String known = ALIASES.getOrDefault(element, element);
        for (PgType type : PgType.values()) {
            if (type.typname().equals(known) || type.display().equals(element)) {
                return (long) (array ? type.arrayOid() : type.oid());
            }
        }
        return null;
    }

    /** As {@code format_type} writes it. */
    static @Nullable String display(@Nullable Object oid, @Nullable Object modifier) {
        if (!(oid instanceof Long number)) {
            return null;
        }
        PgType type = PgType.ofOid(number.intValue());
        PgType element = PgType.elementOf(number.intValue());
        if (type == null) {
            return element == null ? "???" : element.display() + "[]";
        }
        long mod = modifier instanceof Long given ? given - 4 : -1;
        boolean sized = mod > 0 && (type == PgType.VARCHAR || type == PgType.BPCHAR);
        if (mod > 0 && type == PgType.NUMERIC) {
            return "numeric(" + (mod >> 16) + "," + (mod & 0xffff) + ")";
        }
        return sized ? type.display() + "(" + mod + ")" : type.display();
    }
}
