package io.github.hasqlite;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row inserted, updated or deleted, or one statement that travels as text.
 *
 * <p>Values are exactly what SQLite stores: {@link Long} (INTEGER), {@link Double} (REAL), {@link
 * String} (TEXT), {@link RawText} (TEXT of which not all bytes are characters), {@code byte[]} (BLOB) or
 * {@code null}. Arrays and lists are shared, not copied: treat them as immutable. Instances may be read by
 * any thread.
 *
 * @param operation what happened
 * @param database the schema the table belongs to, always {@code main} for changes captured here
 * @param table the table's name as stored in the schema, unquoted; empty for {@link Operation#SQL}
 * @param columns names of the columns the value lists refer to, in table order, without generated
 *     columns; empty for {@link Operation#SQL}
 * @param pkColumns names of the primary key's columns, in key order where the change was captured and in
 *     table order where it was received; empty if there is no primary key
 * @param oldRowid the row's rowid before the change; {@code null} where it has none or it is unknown
 * @param newRowid the row's rowid after the change; {@code null} where it has none or it is unknown
 * @param oldValues the row before the change, one value a column; empty for an insert
 * @param newValues the row after the change, one value a column; empty for a delete
 * @param command the statement's text; {@code null} unless {@link Operation#SQL}
 * @param args values bound to the statement's parameters, in order; empty unless {@link
 *     Operation#SQL}
 * @param pragmas the {@linkplain SchemaPragmas switches} that are on while a schema command runs; empty unless
 *     {@link Operation#SQL}
 */
public record Change(
        Operation operation,
        String database,
        String table,
        List<String> columns,
        List<String> pkColumns,
        @Nullable Long oldRowid,
        @Nullable Long newRowid,
        List<@Nullable Object> oldValues,
        List<@Nullable Object> newValues,
        @Nullable String command,
        List<@Nullable Object> args,
        List<String> pragmas) {

    /** The schema name of the replicated database. */
    public static final String MAIN = "main";

    public Change {
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(table, "table");
    }

    /** A change that depends on no switch of a connection. */
    public Change(
            Operation operation,
            String database,
            String table,
            List<String> columns,
            List<String> pkColumns,
            @Nullable Long oldRowid,
            @Nullable Long newRowid,
            List<@Nullable Object> oldValues,
            List<@Nullable Object> newValues,
            @Nullable String command,
            List<@Nullable Object> args) {
        this(
                operation, database, table, columns, pkColumns, oldRowid, newRowid, oldValues, newValues, command, args,
                List.of());
    }

    /** A row that was inserted. */
    public static Change insert(
            String table,
            List<String> columns,
            List<String> pkColumns,
            @Nullable Long rowid,
            List<@Nullable Object> values) {
        return new Change(
                Operation.INSERT, MAIN, table, columns, pkColumns, null, rowid, List.of(), values, null, List.of());
    }

    /** A row that was updated. */
    public static Change update(
            String table,
            List<String> columns,
            List<String> pkColumns,
            @Nullable Long oldRowid,
            @Nullable Long newRowid,
            List<@Nullable Object> oldValues,
            List<@Nullable Object> newValues) {
        return new Change(
                Operation.UPDATE,
                MAIN,
                table,
                columns,
                pkColumns,
                oldRowid,
                newRowid,
                oldValues,
                newValues,
                null,
                List.of());
    }

    /** A row that was deleted. */
    public static Change delete(
            String table,
            List<String> columns,
            List<String> pkColumns,
            @Nullable Long rowid,
            List<@Nullable Object> values) {
        return new Change(
                Operation.DELETE, MAIN, table, columns, pkColumns, rowid, null, values, List.of(), null, List.of());
    }

    /** A statement that travels as its text and the values bound to it. */
    public static Change sql(String command, List<@Nullable Object> args) {
        return sql(command, args, List.of());
    }

    /** The same, which runs with these {@linkplain SchemaPragmas switches} on and the others off. */
    public static Change sql(String command, List<@Nullable Object> args, List<String> pragmas) {
        return new Change(
                Operation.SQL,
                MAIN,
                "",
                List.of(),
                List.of(),
                null,
                null,
                List.of(),
                List.of(),
                command,
                args,
                pragmas);
    }
}
