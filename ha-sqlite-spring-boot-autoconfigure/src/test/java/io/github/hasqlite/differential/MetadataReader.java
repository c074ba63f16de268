package io.github.hasqlite.differential;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads what the driver says about tables. */
final class MetadataReader {

    private MetadataReader() {}

    static void read(DatabaseMetaData metadata, Step.Metadata step, StringBuilder seen) throws SQLException {
        String table = step.table();
        try (ResultSet rows = switch (step.what()) {
            case "columns" -> metadata.getColumns(null, null, table, "%");
            case "primary key" -> metadata.getPrimaryKeys(null, null, table);
            case "indexes" -> metadata.getIndexInfo(null, null, table, false, true);
            case "imported keys" -> metadata.getImportedKeys(null, null, table);
            case "exported keys" -> metadata.getExportedKeys(null, null, table);
            default -> metadata.getTables(null, null, "%", null);
        }) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(Values.text(rows.getObject(i))).append(' ');
                }
                if (!KnownDifferences.areStatistics(row)) {
                    seen.append('[').append(row).append(']');
                }
            }
        }
    }
}
