package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.CatalogRelation.Column;
import io.github.hasqlite.postgres.catalog.SchemaReader.SchemaRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fills the catalog's tables from a schema. Used once for a schema, under the catalog's lock. */
final class CatalogFiller {

    /** Hidden kinds of {@code PRAGMA table_xinfo}: 1 belongs to a virtual table, 2 and 3 are generated columns. */
    private static final int FIRST_GENERATED = 2;

    private final CatalogTables tables;
    private final CatalogObjects objects;
    private final SchemaRows schema;
    private final ObjectIds ids = new ObjectIds();
    private final Map<String, CatalogRelation> relations = new LinkedHashMap<>();

    CatalogFiller(Connection connection, CatalogObjects objects, SchemaRows schema) {
        this.tables = new CatalogTables(connection);
        this.objects = objects;
        this.schema = schema;
    }

    void fill(CatalogSession facts) throws SQLException {
        objects.clear();
        tables.clear();
        new CatalogServer(tables).fill(facts);
        readRelations();
        CatalogColumns columns = new CatalogColumns(tables, objects, ids);
        for (CatalogRelation relation : relations.values()) {
            String kind = relation.view() ? "v" : "r";
            int width = relation.columns().size();
            columns.relation(relation.oid(), relation.name(), kind, width, isIndexed(relation), hasTriggers(relation));
            columns.ofRelation(relation);
            if (relation.view()) {
                String query = relation.sql().replaceFirst("(?is)^\\s*CREATE\\s+VIEW.*?\\sAS\\s+", " ");
                objects.addText(relation.oid(), query + ";");
            }
        }
        CatalogKeys keys = new CatalogKeys(tables, objects, columns, ids, relations);
        keys.indexes(schema.indexes(), schema.objects());
        keys.foreignKeys(schema.foreignKeys());
        CatalogChecks checks = new CatalogChecks(tables, objects, ids);
        for (CatalogRelation relation : relations.values()) {
            checks.ofRelation(relation);
        }
        triggers();
    }

    private void readRelations() {
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        for (List<@Nullable Object> row : schema.columns()) {
            int hidden = (int) number(row.get(7));
            if (hidden != 1) {
                columns.computeIfAbsent(text(row.get(0)), name -> new ArrayList<>())
                        .add(new Column(
                                text(row.get(2)),
                                text(row.get(3)),
                                number(row.get(4)) != 0,
                                row.get(5) == null ? null : text(row.get(5)),
                                (int) number(row.get(6)),
                                hidden >= FIRST_GENERATED));
            }
        }
        for (List<@Nullable Object> row : schema.objects()) {
            boolean view = "view".equals(row.get(0));
            if (view || "table".equals(row.get(0))) {
                String name = text(row.get(1));
                List<Column> own = columns.getOrDefault(name, List.of());
                relations.put(name, CatalogRelation.of(name, ids.of("relation", name), view, text(row.get(3)), own));
            }
        }
    }

    private boolean isIndexed(CatalogRelation relation) {
        return !relation.key().isEmpty()
                || schema.indexes().stream().anyMatch(row -> relation.name().equals(row.get(0)));
    }

    /** As PostgreSQL keeps foreign keys by triggers, clients look for them only where there are some. */
    private boolean hasTriggers(CatalogRelation relation) {
        return schema.objects().stream()
                        .anyMatch(row ->
                                "trigger".equals(row.get(0)) && relation.name().equals(row.get(2)))
                || schema.foreignKeys().stream()
                        .anyMatch(row -> relation.name().equals(row.get(0))
                                || relation.name().equalsIgnoreCase(text(row.get(2))));
    }

    private void triggers() throws SQLException {
        for (List<@Nullable Object> row : schema.objects()) {
            CatalogRelation relation = relations.get(text(row.get(2)));
            if ("trigger".equals(row.get(0)) && relation != null) {
                long oid = ids.of("trigger", text(row.get(1)));
                tables.insert("pg_trigger", "oid", oid, "tgrelid", relation.oid(), "tgname", row.get(1));
                objects.addText(oid, text(row.get(3)));
            }
        }
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static long number(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }
}
