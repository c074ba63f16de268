package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of COPY from pieces that end anywhere. What is wrong is said with its place. Not thread-safe. */
final class CopyReader implements CopyInput {

    private static final int MOST_SHOWN = 100;
    private static final String END = "\\.";

    /** Takes rows. */
    interface Sink {
        /**
         * Takes a row.
         *
         * @param row its values, as many as there are columns
         * @throws CopyException if a value cannot be taken
         * @throws SQLException if the row cannot
         */
        void row(Row row) throws SQLException;
    }

    /** A row, which knows where it stood. */
    final class Row {

        private final List<@Nullable String> values;

        private Row(List<@Nullable String> values) {
            this.values = values;
        }

        List<@Nullable String> values() {
            return values;
        }

        /** What is to be said of a value that cannot be taken. */
        CopyException refused(int column, SQLException why) {
            String value = values.get(column);
            String shown = value == null ? "null input" : '"' + shortened(value) + '"';
            return at(why, ", column " + columns.get(column) + ": " + shown);
        }
    }

    private final String table;
    private final CopyFormat format;
    private final List<String> columns;
    private final Sink sink;
    private final CopyLines lines;
    private final CopyFields fields;
    private boolean headed;

    /**
     * Of a table.
     *
     * @param columns their names, in the order of the values
     */
    CopyReader(String table, CopyFormat format, List<String> columns, Sink sink) {
        this.table = table;
        this.format = format;
        this.columns = columns;
        this.sink = sink;
        this.lines = new CopyLines(format, this::line);
        this.fields = new CopyFields(format);
        this.headed = format.header() == CopyFormat.Header.NONE;
    }

    @Override
    public void push(byte[] bytes) throws SQLException {
        try {
            lines.push(bytes);
        } catch (SQLException e) {
            throw at(e, "");
        }
    }

    @Override
    public void finish() throws SQLException {
        try {
            lines.finish();
        } catch (SQLException e) {
            throw at(e, "");
        }
    }

    private CopyException at(SQLException e, String where) {
        if (e instanceof CopyException said) {
            return said;
        }
        String place = "COPY " + table + ", line " + Math.max(1, lines.number()) + where;
        CopyException placed = new CopyException(String.valueOf(e.getMessage()), SqlStates.of(e), place);
        placed.initCause(e);
        return placed;
    }

    private boolean line(byte[] line) throws SQLException {
        if (line.length == END.length() && line[0] == '\\' && line[1] == '.') {
            return false;
        }
        List<CopyFields.Field> found;
        try {
            found = fields.of(line);
            if (!headed) {
                headed = true;
                header(found);
                return true;
            }
            requireAll(found);
        } catch (SQLException e) {
            throw at(e, ": \"" + shortened(new String(line, StandardCharsets.UTF_8)) + '"');
        }
        List<@Nullable String> values = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) {
            values.add(value(found.get(i), columns.get(i)));
        }
        sink.row(new Row(values));
        return true;
    }

    private @Nullable String value(CopyFields.Field field, String column) {
        String text = field.text();
        if (!format.csv()) {
            return text;
        }
        if (text == null) {
            return format.forceNotNull().has(column) ? format.nullText() : null;
        }
        return text.equals(format.nullText()) && format.forceNull().has(column) ? null : text;
    }

    private void requireAll(List<CopyFields.Field> found) throws SQLException {
        if (found.size() < columns.size()) {
            throw new SQLException(
                    "missing data for column \"" + columns.get(found.size()) + "\"", CopyLines.BAD_FORMAT);
        }
        if (found.size() > columns.size()) {
            throw new SQLException("extra data after last expected column", CopyLines.BAD_FORMAT);
        }
    }

    private void header(List<CopyFields.Field> found) throws SQLException {
        if (format.header() != CopyFormat.Header.MATCH) {
            return;
        }
        if (found.size() != columns.size()) {
            throw new SQLException(
                    "wrong number of fields in header line: got " + found.size() + ", expected " + columns.size(),
                    CopyLines.BAD_FORMAT);
        }
        for (int i = 0; i < found.size(); i++) {
            String name = found.get(i).text();
            if (!columns.get(i).equals(name)) {
                throw new SQLException(
                        "column name mismatch in header line field " + (i + 1) + ": got "
                                + (name == null ? "null value" : '"' + shortened(name) + '"') + ", expected \""
                                + columns.get(i) + "\"",
                        CopyLines.BAD_FORMAT);
            }
        }
    }

    private static String shortened(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
    }
}
