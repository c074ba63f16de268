package io.github.hasqlite.postgres.catalog;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes conditions of tables into the catalog, those without a name with the one that PostgreSQL would give them. */
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
        List<CheckConstraint> checks = CheckConstraint.of(relation);
        Set<String> names = new HashSet<>();
        for (CheckConstraint check : checks) {
            String name = free(nameOf(relation, check), names);
            long oid = ids.of("constraint", relation.oid() + name);
            objects.addText(oid, "CHECK (" + check.expression() + ")");
            tables.insert(
                    "pg_constraint",
                    "oid",
                    oid,
                    "conname",
                    name,
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

    private static String nameOf(CatalogRelation relation, CheckConstraint check) {
        if (check.name() != null) {
            return check.name();
        }
        return relation.name()
                + (check.columns().size() == 1 ? "_" + check.columns().get(0) : "") + "_check";
    }

    /** The second one of a name has a number behind it. */
    private static String free(String name, Set<String> taken) {
        String free = name;
        for (int i = 1; !taken.add(free.toLowerCase(Locale.ROOT)); i++) {
            free = name + i;
        }
        return free;
    }
}
