package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.SafeStmtPtr;

/**
 * What SQLite says of the columns of a statement, and what the driver makes of it.
 *
 * @param tables the table of each column, or {@code null} for an expression
 * @param types the declared type of each column, or {@code null} for an expression
 * @param flags what {@code sqlite3_table_column_metadata} answers, as the driver keeps it
 */
record RowDescription(@Nullable String[] tables, @Nullable String[] types, boolean[][] flags) {

    /** A type's name without its brackets, as the driver finds it. */
    private static final Pattern TYPE_NAME = Pattern.compile("([^\\(]*)");

    /** What is in the brackets of a declared type, as the driver finds it. */
    private static final Pattern SIZES = Pattern.compile(".*?\\((.*?)\\)");

    static RowDescription of(SafeStmtPtr statement, int columns, boolean[][] flags) throws SQLException {
        @Nullable String[] tables = new @Nullable String[columns];
        @Nullable String[] types = new @Nullable String[columns];
        for (int i = 0; i < columns; i++) {
            int column = i;
            tables[i] = statement.safeRun((db, pointer) -> db.column_table_name(pointer, column));
            types[i] = statement.safeRun((db, pointer) -> db.column_decltype(pointer, column));
        }
        return new RowDescription(tables, types, flags);
    }

    /** The name of the declared type, or {@code null} for an expression; columns count from 0. */
    @Nullable
    String typeName(int column) {
        String declared = types[column];
        Matcher matcher = TYPE_NAME.matcher(declared == null ? "" : declared);
        return declared != null && matcher.find() ? matcher.group(1).toUpperCase(Locale.ENGLISH) : null;
    }

    /** The first number in the brackets of the declared type, 0 if there is none. */
    int precision(int column) {
        return size(column, 0);
    }

    /** The second number in the brackets of the declared type, 0 if there is none. */
    int scale(int column) {
        return size(column, 1);
    }

    private int size(int column, int which) {
        String declared = types[column];
        Matcher matcher = SIZES.matcher(declared == null ? "" : declared);
        String[] numbers = matcher.find() ? matcher.group(1).split(",", -1) : new String[0];
        return which < numbers.length ? Integer.parseInt(numbers[which].trim()) : 0;
    }
}
