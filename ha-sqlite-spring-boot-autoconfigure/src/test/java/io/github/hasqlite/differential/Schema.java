package io.github.hasqlite.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * What the script believes to be in the database. It may be wrong, after a failed statement for
 * instance: then the statements that follow fail, on both sides alike.
 */
final class Schema {

    private final List<Table> tables = new ArrayList<>();
    private final List<String> indexes = new ArrayList<>();
    private final List<String> triggers = new ArrayList<>();

    Schema copy() {
        Schema copy = new Schema();
        copy.tables.addAll(tables);
        copy.indexes.addAll(indexes);
        copy.triggers.addAll(triggers);
        return copy;
    }

    void add(Table table) {
        tables.removeIf(other -> other.name().equals(table.name()));
        tables.add(table);
    }

    void remove(Table table) {
        tables.remove(table);
    }

    void replace(Table table, Table by) {
        tables.set(tables.indexOf(table), by);
    }

    List<Table> all() {
        return tables;
    }

    /** Tables that rows are stored in. */
    List<Table> rowTables() {
        return tables.stream().filter(Table::holdsRows).toList();
    }

    /** Tables that are replicated and hold rows. */
    List<Table> mainTables() {
        return tables.stream()
                .filter(table -> table.holdsRows() && table.kind() != Table.Kind.TEMPORARY)
                .toList();
    }

    List<String> indexes() {
        return indexes;
    }

    List<String> triggers() {
        return triggers;
    }
}
