package io.github.hasqlite.postgres.catalog;

import java.sql.SQLException;
import java.util.List;

/** Writes conditions of tables into the catalog. */
final class CatalogChecks {

    private final CatalogTables tables;
    private final CatalogObjects objects;
    private final ObjectIds ids;

    CatalogChecks(CatalogTables tables, CatalogObjects objects, ObjectIds ids) {
        this.tables = tables;
        this.objects = objects;
        this.ids = ids;
    }

    void ofRelation(CatalogRelation relation) throws SQLException {
        if (relation.view()) {
            return;
        }
        List<TableConstraint> checks = relation.constraints().of(TableConstraint.Kind.CHECK);
        for (TableConstraint check : checks) {
            long oid = ids.of("constraint", relation.oid() + check.name());
            objects.addText(oid, "CHECK (" + check.condition() + ")");
            tables.insert(
                    "pg_constraint",
                    "oid",
                    oid,
                    "conname",
                    check.name(),
                    "contype",
                    "c",
                    "conrelid",
                    relation.oid(),
                    "conkey",
                    relation.numbers(check.columns()));
        }
        if (!checks.isEmpty()) {
            tables.update("pg_class", "relchecks", checks.size(), relation.oid());
        }
    }
}
