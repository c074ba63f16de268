package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.CatalogRelation.Column;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
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

    /** In {@code indoption}, as PostgreSQL has it without more words. */
    private static final String DESCENDING = "3";

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

    /**
     * @param rows table, name, unique, origin, partial, column's place, its name, whether it descends
     * @param schema type, name, table and text of all objects
     */
    void indexes(List<List<@Nullable Object>> rows, List<List<@Nullable Object>> schema) throws SQLException {
        Map<String, List<List<@Nullable Object>>> byName = new LinkedHashMap<>();
        for (List<@Nullable Object> row : rows) {
            byName.computeIfAbsent(text(row.get(1)), name -> new ArrayList<>()).add(row);
        }
        Map<String, String> texts = new HashMap<>();
        for (List<@Nullable Object> object : schema) {
            if ("index".equals(object.get(0))) {
                texts.put(text(object.get(1)), text(object.get(3)));
            }
        }
        List<CatalogIndex> indexes = new ArrayList<>();
        byName.forEach((name, parts) -> indexes.add(CatalogIndex.of(parts, texts.getOrDefault(name, ""))));
        for (CatalogRelation relation : relations.values()) {
            boolean hasIndex =
                    indexes.stream().anyMatch(index -> index.table().equals(relation.name()) && index.isPrimary());
            if (!relation.key().isEmpty() && !hasIndex) {
                index(relation, CatalogIndex.ofKey(relation));
            }
        }
        for (CatalogIndex index : indexes) {
            CatalogRelation relation = relations.get(index.table());
            if (relation != null) {
                index(relation, index);
            }
        }
    }

    private void index(CatalogRelation relation, CatalogIndex index) throws SQLException {
        String name = nameOf(relation, index);
        long oid = oid(relation, index.isConstraint(), name);
        int width = index.parts().size();
        columns.relation(oid, name, "i", width, false, false);
        String numbers = index.parts().stream()
                .map(part -> Integer.toString(relation.number(part.column())))
                .collect(Collectors.joining(" "));
        String options = index.parts().stream()
                .map(part -> part.descending() ? DESCENDING : "0")
                .collect(Collectors.joining(" "));
        String zeros = "0 ".repeat(width).strip();
        String expressions = index.parts().stream()
                .filter(part -> part.column().isEmpty())
                .map(CatalogIndex.Part::term)
                .collect(Collectors.joining(", "));
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
                index.unique() ? 1L : 0L,
                "indisprimary",
                index.isPrimary() ? 1L : 0L,
                "indkey",
                numbers,
                "indcollation",
                zeros,
                "indclass",
                zeros,
                "indoption",
                options,
                "indexprs",
                expressions.isEmpty() ? null : expressions,
                "indpred",
                index.filter());
        for (int i = 0; i < width; i++) {
            column(relation, oid, i + 1, index.parts().get(i).column());
        }
        objects.addTerms(oid, index.terms());
        objects.addText(oid, index.definition(name));
        if (index.isConstraint()) {
            constraint(relation, index, name, oid, numbers);
        }
    }

    /** Names of constraints are those of their table alone. */
    private long oid(CatalogRelation relation, boolean constraint, String name) {
        return ids.of("relation", constraint ? relation.oid() + " " + name : name);
    }

    private static String nameOf(CatalogRelation relation, CatalogIndex index) {
        if (index.isPrimary()) {
            return relation.constraints().primary(relation.name());
        }
        List<String> names =
                index.parts().stream().map(CatalogIndex.Part::column).toList();
        return index.isConstraint()
                ? relation.constraints()
                        .unique(names)
                        .map(TableConstraint::name)
                        .orElseGet(() -> TableConstraints.chosen(relation.name(), String.join("_", names), "key"))
                : index.name();
    }

    private void constraint(CatalogRelation relation, CatalogIndex index, String name, long oid, String numbers)
            throws SQLException {
        long constraint = ids.of("constraint", relation.oid() + name);
        String list = String.join(", ", index.terms());
        objects.addText(constraint, (index.isPrimary() ? "PRIMARY KEY (" : "UNIQUE (") + list + ")");
        tables.insert(
                "pg_constraint",
                "oid",
                constraint,
                "conname",
                name,
                "contype",
                index.isPrimary() ? "p" : "u",
                "conrelid",
                relation.oid(),
                "conindid",
                oid,
                "conkey",
                "{" + numbers.replace(' ', ',') + "}");
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
        Map<CatalogRelation, List<TableConstraint>> written = new HashMap<>();
        for (List<List<@Nullable Object>> key : keys.values()) {
            CatalogRelation relation = relations.get(text(key.get(0).get(0)));
            CatalogRelation target = target(text(key.get(0).get(2)));
            if (relation != null && target != null) {
                List<String> from = key.stream().map(row -> text(row.get(3))).toList();
                List<TableConstraint> left = written.computeIfAbsent(
                        relation, table -> new ArrayList<>(table.constraints().of(TableConstraint.Kind.FOREIGN)));
                foreignKey(relation, target, key, take(left, relation, from));
            }
        }
    }

    private @Nullable CatalogRelation target(String name) {
        for (CatalogRelation relation : relations.values()) {
            if (relation.name().equalsIgnoreCase(name)) {
                return relation;
            }
        }
        return null;
    }

    /** Those of the schema come in the order in which they are written. */
    private static TableConstraint take(List<TableConstraint> left, CatalogRelation relation, List<String> from) {
        for (TableConstraint constraint : left) {
            if (constraint.isOf(from)) {
                left.remove(constraint);
                return constraint;
            }
        }
        String name = TableConstraints.chosen(relation.name(), String.join("_", from), "fkey");
        return new TableConstraint(TableConstraint.Kind.FOREIGN, name, from, "", "", List.of(), false, false);
    }

    private void foreignKey(
            CatalogRelation relation, CatalogRelation target, List<List<@Nullable Object>> key, TableConstraint written)
            throws SQLException {
        List<String> from = key.stream().map(row -> text(row.get(3))).toList();
        List<String> to = key.get(0).get(4) == null
                ? target.key().stream().map(Column::name).toList()
                : key.stream().map(row -> text(row.get(4))).toList();
        String update = text(key.get(0).get(5));
        String delete = text(key.get(0).get(6));
        long oid = ids.of("constraint", relation.oid() + written.name());
        String targetName = CatalogRelation.ident(target.name());
        objects.addText(
                oid,
                "FOREIGN KEY (" + idents(from) + ") REFERENCES " + targetName + "(" + idents(to) + ")"
                        + (update.equals("NO ACTION") ? "" : " ON UPDATE " + update)
                        + (delete.equals("NO ACTION") ? "" : " ON DELETE " + delete)
                        + (written.deferrable() ? " DEFERRABLE" : "")
                        + (written.deferred() ? " INITIALLY DEFERRED" : ""));
        String index = target.constraints()
                .key(to)
                .map(TableConstraint::name)
                .orElseGet(() -> target.constraints().primary(target.name()));
        tables.insert(
                "pg_constraint",
                "oid",
                oid,
                "conname",
                written.name(),
                "contype",
                "f",
                "condeferrable",
                written.deferrable() ? 1L : 0L,
                "condeferred",
                written.deferred() ? 1L : 0L,
                "conrelid",
                relation.oid(),
                "conindid",
                oid(target, true, index),
                "confrelid",
                target.oid(),
                "confupdtype",
                action(update),
                "confdeltype",
                action(delete),
                "confmatchtype",
                "s",
                "conkey",
                relation.numbers(from),
                "confkey",
                target.numbers(to));
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
