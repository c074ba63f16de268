package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The table of a COPY.
 *
 * @param name as it is written in SQL
 * @param columns that are copied, by the names that they have
 */
record CopyTable(String name, List<String> columns) {

    /** Hidden kinds of {@code PRAGMA table_xinfo}: 1 belongs to a virtual table, 2 and 3 are generated columns. */
    private static final String COLUMNS =
            "SELECT name, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";

    private record Column(String name, boolean generated) {}

    /**
     * Looks at the table.
     *
     * @throws SQLException if there is none such (42P01, 42501), a column is not there (42703), or is generated (42P10)
     */
    static CopyTable of(CopyCommand command, GatewaySession gateway) throws SQLException {
        String name = (command.schema().isEmpty() ? "" : SqlIdentifier.quote(command.schema()) + ".")
                + SqlIdentifier.quote(command.table());
        gateway.prepare("SELECT * FROM " + name).columns();
        List<Column> all = columns(command.table(), gateway);
        if (command.columns().isEmpty()) {
            return new CopyTable(
                    name,
                    all.stream()
                            .filter(column -> !column.generated())
                            .map(Column::name)
                            .toList());
        }
        List<String> columns = new ArrayList<>();
        for (String wanted : command.columns()) {
            Column found = all.stream()
                    .filter(column -> column.name().equalsIgnoreCase(wanted))
                    .findFirst()
                    .orElseThrow(() -> new SQLException(
                            "column \"" + wanted + "\" of relation \"" + command.table() + "\" does not exist",
                            "42703"));
            if (found.generated()) {
                throw new SQLException(
                        "column \"" + found.name()
                                + "\" is a generated column, and cannot be used in COPY; copy (SELECT …)"
                                + " TO STDOUT instead",
                        "42P10");
            }
            columns.add(found.name());
        }
        return new CopyTable(name, columns);
    }

    private static List<Column> columns(String table, GatewaySession gateway) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(COLUMNS).execute(List.of(table))) {
            while (rows.next()) {
                columns.add(new Column(
                        String.valueOf(rows.value(0)), !Long.valueOf(0).equals(rows.value(1))));
            }
        }
        return columns;
    }

    private String list() {
        return columns.stream().map(SqlIdentifier::quote).collect(Collectors.joining(", "));
    }

    String select() {
        return "SELECT " + list() + " FROM " + name;
    }

    String insert() {
        String marks =
                IntStream.rangeClosed(1, columns.size()).mapToObj(i -> "?" + i).collect(Collectors.joining(", "));
        return "INSERT INTO " + name + " (" + list() + ") VALUES (" + marks + ")";
    }
}
