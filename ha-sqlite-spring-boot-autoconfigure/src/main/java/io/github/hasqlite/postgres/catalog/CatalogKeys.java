package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.CatalogRelation.Column;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes indexes, keys and foreign keys into the catalog, with the names that PostgreSQL would give them. */
final class CatalogKeys {

    private final CatalogTables tables;
    private final CatalogObjects objects;
    private final CatalogColumns columns;
    private final ObjectIds ids;
    private final Map<String, CatalogRelation> relations;

    /** An index with its columns; empty ones are expressions. */
    private record Index(
            String name, String table, boolean unique, String origin, boolean partial, List<String> columns) {}

    CatalogKeys(
            CatalogTables tables,
            CatalogObjects objects,
            CatalogColumns columns,
            ObjectIds ids,
            Map<String, CatalogRelation> relations) {
        this.tables = tables;
        this.objects = objects;
        this.columns = columns;
        this.ids = ids;
        this.relations = relations;
    }

    /** @param rows table, name, unique, origin, partial, column's place, its name, whether it descends */
    void indexes(List<List<@Nullable Object>> rows) throws SQLException {
        Map<String, Index> indexes = new LinkedHashMap<>();
        for (List<@Nullable Object> row : rows) {
            indexes.computeIfAbsent(text(row.get(1)), name -> index(name, row))
                    .columns
                    .add(text(row.get(6)));
        }
        for (CatalogRelation relation : relations.values()) {
            boolean hasIndex = indexes.values().stream()
                    .anyMatch(index -> index.table.equals(relation.name()) && index.origin.equals("pk"));
            List<String> key = relation.key().stream().map(Column::name).toList();
            if (!key.isEmpty() && !hasIndex) {
                // the rowid itself, which has no index of its own
                index(relation, new Index("", relation.name(), true, "pk", false, key));
            }
        }
        for (Index index : indexes.values()) {
            CatalogRelation relation = relations.get(index.table);
            if (relation != null) {
                index(relation, index);
            }
        }
    }

    private static Index index(String name, List<@Nullable Object> row) {
        return new Index(
                name,
                text(row.get(0)),
                !Long.valueOf(0).equals(row.get(2)),
                text(row.get(3)),
                !Long.valueOf(0).equals(row.get(4)),
                new ArrayList<>());
    }

    private void index(CatalogRelation relation, Index index) throws SQLException {
        boolean primary = index.origin.equals("pk");
        boolean unique = index.origin.equals("u");
        String name = primary
                ? relation.name() + "_pkey"
                : unique ? relation.name() + "_" + String.join("_", index.columns) + "_key" : index.name;
        long oid = ids.of("relation", name);
        int width = index.columns.size();
        columns.relation(oid, name, "i", width, false, false);
        String numbers = index.columns.stream()
                .map(column -> Integer.toString(relation.number(column)))
                .collect(Collectors.joining(" "));
        String zeros = "0 ".repeat(width).strip();
        tables.insert(
                "pg_index",
                "indexrelid",
                oid,
                "indrelid",
                relation.oid(),
                "indnatts",
                (long) width,
                "indnkeyatts",
                (long) width,
                "indisunique",
                index.unique ? 1L : 0L,
                "indisprimary",
                primary ? 1L : 0L,
                "indkey",
                numbers,
                "indcollation",
                zeros,
                "indclass",
                zeros,
                "indoption",
                zeros,
                "indpred",
                index.partial ? "partial" : null);
        for (int i = 0; i < width; i++) {
            column(relation, oid, i + 1, index.columns.get(i));
        }
        String list = idents(index.columns);
        String how = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
        String table = CatalogRelation.ident(relation.name());
        objects.addText(oid, how + CatalogRelation.ident(name) + " ON public." + table + " USING btree (" + list + ")");
        if (primary || unique) {
            long constraint = ids.of("constraint", relation.oid() + name);
            objects.addText(constraint, (primary ? "PRIMARY KEY (" : "UNIQUE (") + list + ")");
            tables.insert(
                    "pg_constraint",
                    "oid",
                    constraint,
                    "conname",
                    name,
                    "contype",
                    primary ? "p" : "u",
                    "conrelid",
                    relation.oid(),
                    "conindid",
                    oid,
                    "conkey",
                    "{" + numbers.replace(' ', ',') + "}");
        }
    }

    private void column(CatalogRelation relation, long index, int at, String name) throws SQLException {
        int number = relation.number(name);
        ColumnType type = number == 0
                ? ColumnType.ANYTHING
                : DeclaredTypes.of(relation.columns().get(number - 1).declared());
        columns.insert(index, at, name.isEmpty() ? "expr" : name, type, false);
    }

    /** @param rows table, number, other table, column, its column, what an update and a deletion there do */
    void foreignKeys(List<List<@Nullable Object>> rows) throws SQLException {
        Map<String, List<List<@Nullable Object>>> keys = new LinkedHashMap<>();
        for (List<@Nullable Object> row : rows) {
            keys.computeIfAbsent(row.get(0) + " " + row.get(1), key -> new ArrayList<>())
                    .add(row);
        }
        for (List<List<@Nullable Object>> key : keys.values()) {
            CatalogRelation relation = relations.get(text(key.get(0).get(0)));
            String other = text(key.get(0).get(2));
            for (CatalogRelation target : relations.values()) {
                if (relation != null && target.name().equalsIgnoreCase(other)) {
                    foreignKey(relation, target, key);
                }
            }
        }
    }

    private void foreignKey(CatalogRelation relation, CatalogRelation target, List<List<@Nullable Object>> key)
            throws SQLException {
        List<String> from = key.stream().map(row -> text(row.get(3))).toList();
        List<String> to = key.get(0).get(4) == null
                ? target.key().stream().map(Column::name).toList()
                : key.stream().map(row -> text(row.get(4))).toList();
        String name = relation.name() + "_" + String.join("_", from) + "_fkey";
        String update = text(key.get(0).get(5));
        String delete = text(key.get(0).get(6));
        long oid = ids.of("constraint", relation.oid() + name + key.get(0).get(1));
        String targetName = CatalogRelation.ident(target.name());
        objects.addText(
                oid,
                "FOREIGN KEY (" + idents(from) + ") REFERENCES " + targetName + "(" + idents(to) + ")"
                        + (update.equals("NO ACTION") ? "" : " ON UPDATE " + update)
                        + (delete.equals("NO ACTION") ? "" : " ON DELETE " + delete));
        tables.insert(
                "pg_constraint",
                "oid",
                oid,
                "conname",
                name,
                "contype",
                "f",
                "conrelid",
                relation.oid(),
                "conindid",
                ids.of("relation", target.name() + "_pkey"),
                "confrelid",
                target.oid(),
                "confupdtype",
                action(update),
                "confdeltype",
                action(delete),
                "confmatchtype",
                "s",
                "conkey",
                numbers(relation, from),
                "confkey",
                numbers(target, to));
    }

    private static String numbers(CatalogRelation relation, List<String> columns) {
        return columns.stream()
                .map(column -> Integer.toString(relation.number(column)))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String action(String written) {
        return switch (written) {
            case "CASCADE" -> "c";
            case "SET NULL" -> "n";
            case "SET DEFAULT" -> "d";
            case "RESTRICT" -> "r";
            default -> "a";
        };
    }

    private static String idents(List<String> names) {
        return names.stream().map(CatalogRelation::ident).collect(Collectors.joining(", "));
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
