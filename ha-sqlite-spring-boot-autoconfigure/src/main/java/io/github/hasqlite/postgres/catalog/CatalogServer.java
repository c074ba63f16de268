package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;

/** What is in the catalog whatever the schema is: the database, its one role, schemas, types, settings. */
final class CatalogServer {

    private static final long TABLESPACE = 1663;
    private static final long COLLATION = 100;

    private final CatalogTables tables;

    CatalogServer(CatalogTables tables) {
        this.tables = tables;
    }

    void fill(CatalogSession facts) throws SQLException {
        tables.insert("pg_namespace", "oid", ObjectIds.PG_CATALOG, "nspname", "pg_catalog");
        tables.insert("pg_namespace", "oid", ObjectIds.PUBLIC, "nspname", "public");
        tables.insert("pg_namespace", "oid", ObjectIds.INFORMATION_SCHEMA, "nspname", "information_schema");
        tables.insert("pg_am", "oid", ObjectIds.HEAP, "amname", "heap", "amtype", "t");
        tables.insert("pg_am", "oid", ObjectIds.BTREE, "amname", "btree", "amtype", "i");
        tables.insert("pg_database", "oid", ObjectIds.DATABASE, "datname", facts.database());
        tables.insert("pg_roles", "oid", ObjectIds.OWNER, "rolname", facts.user());
        tables.insert("pg_tablespace", "oid", TABLESPACE, "spcname", "pg_default");
        tables.insert("pg_language", "oid", 14L, "lanname", "sql");
        for (PgType type : PgType.values()) {
            if (!type.isArray()) {
                scalar(type);
                array(type);
            }
        }
    }

    private void scalar(PgType type) throws SQLException {
        type(type, type.oid(), type.typname(), type.length(), String.valueOf(type.category()));
        tables.update("pg_type", "typarray", type.arrayOid(), type.oid());
    }

    private void array(PgType type) throws SQLException {
        if (type.arrayOid() != 0) {
            type(type, type.arrayOid(), "_" + type.typname(), -1, "A");
            tables.update("pg_type", "typelem", type.oid(), type.arrayOid());
        }
    }

    private void type(PgType type, int oid, String name, int length, String category) throws SQLException {
        String function = category.equals("A") ? "array_" : type.typname();
        tables.insert(
                "pg_type",
                "oid",
                (long) oid,
                "typname",
                name,
                "typlen",
                (long) length,
                "typcategory",
                category,
                "typinput",
                function + "in",
                "typoutput",
                function + "out",
                "typcollation",
                type.isText() ? COLLATION : 0L);
    }
}
