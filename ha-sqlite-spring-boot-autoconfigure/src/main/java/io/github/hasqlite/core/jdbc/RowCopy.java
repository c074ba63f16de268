package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.Codes;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Copies the rows that a compiled statement has still to show into a statement that needs no tables, value for
 * value.
 *
 * @param from stands on a row
 * @param columns the names of its columns
 */
record RowCopy(SafeStmtPtr from, String[] columns) {

    /**
     * Reads the rows from the present one on; the statement is reset then.
     *
     * @return a compiled statement that stands on the first of them
     */
    SafeStmtPtr take(SQLiteConnection connection) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT ");
        for (int i = 1; i <= columns.length; i++) {
            sql.append(i == 1 ? "" : ", ").append("column").append(i).append(" AS ");
            sql.append(SqlIdentifier.quote(columns[i - 1]));
        }
        sql.append(" FROM (VALUES ");
        String separator = "";
        int code;
        do {
            sql.append(separator);
            appendRow(sql);
            separator = ",";
            code = from.safeRunInt(DB::step);
        } while (code == Codes.SQLITE_ROW);
        from.safeRunInt(DB::reset);
        if (code != Codes.SQLITE_DONE) {
            connection.getDatabase().throwex(code);
        }
        SafeStmtPtr copy =
                new JDBC4PreparedStatement(connection, sql.append(")").toString()).pointer;
        copy.safeRunInt(DB::step);
        return copy;
    }

    private void appendRow(StringBuilder sql) throws SQLException {
        for (int i = 0; i < columns.length; i++) {
            int column = i;
            sql.append(i == 0 ? "(" : ",");
            switch (from.safeRunInt((db, row) -> db.column_type(row, column))) {
                case Codes.SQLITE_INTEGER -> sql.append(from.safeRunLong((db, row) -> db.column_long(row, column)));
                case Codes.SQLITE_FLOAT ->
                    appendReal(from.safeRunDouble((db, row) -> db.column_double(row, column)), sql);
                case Codes.SQLITE_TEXT ->
                    sql.append("CAST(").append(blob(column)).append(" AS TEXT)");
                case Codes.SQLITE_BLOB -> sql.append(blob(column));
                default -> sql.append("NULL");
            }
        }
        sql.append(')');
    }

    private static void appendReal(double value, StringBuilder sql) {
        if (Double.isInfinite(value)) {
            sql.append(value > 0 ? "9e999" : "-9e999");
        } else {
            sql.append(value);
        }
    }

    private String blob(int column) throws SQLException {
        byte @Nullable [] bytes = from.safeRun((db, row) -> db.column_blob(row, column));
        return "x'" + (bytes == null ? "" : HexFormat.of().formatHex(bytes)) + "'";
    }
}
