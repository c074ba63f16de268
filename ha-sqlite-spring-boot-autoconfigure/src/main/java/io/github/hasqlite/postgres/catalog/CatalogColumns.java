package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.CatalogRelation.Column;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;

/** Writes relations and their columns into the catalog. */
final class CatalogColumns {

    private static final long COLLATION = 100;

    private final CatalogTables tables;
    private final CatalogObjects objects;
    private static final String NOW = "strftime('%Y-%m-%dT%H:%M:%f000000Z','now')";

    private final ObjectIds ids;

    CatalogColumns(CatalogTables tables, CatalogObjects objects, ObjectIds ids) {
        this.tables = tables;
        this.objects = objects;
        this.ids = ids;
    }

    /** @param kind as PostgreSQL writes it: r for a table, v for a view, i for an index */
    void relation(long oid, String name, String kind, int columns, boolean indexed, boolean triggers)
            throws SQLException {
        objects.addRelation(oid, name);
        long method = kind.equals("i") ? ObjectIds.BTREE : kind.equals("r") ? ObjectIds.HEAP : 0L;
        tables.insert(
                "pg_class",
                "oid",
                oid,
                "relname",
                name,
                "relam",
                method,
                "relfilenode",
                oid,
                "relhasindex",
                indexed ? 1L : 0L,
                "relkind",
                kind,
                "relnatts",
                (long) columns,
                "relhasrules",
                kind.equals("v") ? 1L : 0L,
                "relhastriggers",
                triggers ? 1L : 0L,
                "tableoid",
                ObjectIds.CLASS_RELATION);
    }

    void ofRelation(CatalogRelation relation) throws SQLException {
        Column counted =
                relation.key().size() == 1 && relation.key().get(0).declared().equalsIgnoreCase("INTEGER")
                        ? relation.key().get(0)
                        : null;
        for (int i = 0; i < relation.columns().size(); i++) {
            Column column = relation.columns().get(i);
            boolean identity = counted != null && column.equals(counted);
            insert(
                    relation.oid(),
                    i + 1,
                    column.name(),
                    DeclaredTypes.of(column.declared()),
                    column.notNull() || identity);
            if (identity) {
                tables.updateColumn("attidentity", "d", relation.oid(), i + 1);
                sequence(relation, column);
            }
            if (column.generated()) {
                tables.updateColumn("attgenerated", "s", relation.oid(), i + 1);
            }
            if (column.otherwise() != null) {
                tables.updateColumn("atthasdef", 1L, relation.oid(), i + 1);
                tables.insert(
                        "pg_attrdef",
                        "oid",
                        ids.of("default", relation.name() + "." + column.name()),
                        "adrelid",
                        relation.oid(),
                        "adnum",
                        (long) i + 1,
                        "adbin",
                        shown(column.otherwise()));
            }
        }
    }

    /** Clients learn from it that the column counts. */
    private void sequence(CatalogRelation relation, Column column) throws SQLException {
        String name = TableConstraints.chosen(relation.name(), column.name(), "seq");
        long oid = ids.of("sequence", name);
        objects.addSequence(relation.oid(), column.name(), oid, name);
        tables.insert(
                "pg_sequence",
                "seqrelid",
                oid,
                "seqtypid",
                (long) PgType.INT8.oid(),
                "seqstart",
                1L,
                "seqincrement",
                1L,
                "seqmax",
                Long.MAX_VALUE,
                "seqmin",
                1L,
                "seqcache",
                1L);
    }

    /** What is a clock in PostgreSQL stands in a definition as SQLite's function that says the same. */
    private static String shown(String otherwise) {
        String text = otherwise.replace(" ", "");
        return text.equals(NOW.replace("Z'", "'")) ? "LOCALTIMESTAMP" : text.equals(NOW) ? "now()" : otherwise;
    }

    void insert(long relation, int number, String name, ColumnType type, boolean notNull) throws SQLException {
        tables.insert(
                "pg_attribute",
                "attrelid",
                relation,
                "attname",
                name,
                "atttypid",
                (long) type.type().oid(),
                "attlen",
                (long) type.type().length(),
                "attnum",
                (long) number,
                "atttypmod",
                (long) type.toldModifier(),
                "attnotnull",
                notNull ? 1L : 0L,
                "attcollation",
                type.type().isText() ? COLLATION : 0L);
    }
}
