package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import io.github.hasqlite.postgres.type.ValueFormat;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows with the types that their columns are announced with. A column has the type of its definition if the first rows
 * have nothing else in it, otherwise one that fits them, text at last; one of an
 * expression has the type that the statement says, if it fits. Not thread-safe.
 */
final class TypedRows implements Portals.Open {

    /** How many rows, and about how many bytes, are looked at before the types are said. */
    private static final int FIRST_ROWS = 50;

    private static final int FIRST_BYTES = 64 * 1024;
    private static final int VALUE = 16;

    private final Rows rows;
    private final List<ColumnType> types;
    private final Deque<@Nullable Object[]> first;
    private @Nullable Object @Nullable [] current;

    private TypedRows(Rows rows, List<ColumnType> types, Deque<@Nullable Object[]> first) {
        this.rows = rows;
        this.types = types;
        this.first = first;
    }

    /** With types that were announced before. */
    static TypedRows announced(Rows rows, List<ColumnType> types) {
        return new TypedRows(rows, types, new ArrayDeque<>(0));
    }

    /** With types that fit the first rows. */
    static TypedRows peek(Rows rows) throws SQLException {
        List<ColumnType> known = rows.types();
        if (known != null) {
            return announced(rows, known);
        }
        int width = rows.columns().size();
        Deque<@Nullable Object[]> first = new ArrayDeque<>();
        int bytes = 0;
        while (width > 0 && first.size() < FIRST_ROWS && bytes < FIRST_BYTES && rows.next()) {
            @Nullable Object[] row = read(rows, width);
            for (Object value : row) {
                bytes += size(value);
            }
            first.add(row);
        }
        List<ColumnType> types = new ArrayList<>(width);
        List<@Nullable ColumnType> hints = rows.hints();
        for (int i = 0; i < width; i++) {
            types.add(type(rows.columns().get(i), hints.get(i), i, first));
        }
        return new TypedRows(rows, types, first);
    }

    private static int size(@Nullable Object value) {
        if (value instanceof String text) {
            return VALUE + text.length();
        }
        return value instanceof byte[] blob ? VALUE + blob.length : VALUE;
    }

    private static @Nullable Object[] read(Rows rows, int width) throws SQLException {
        @Nullable Object[] row = new @Nullable Object[width];
        for (int i = 0; i < width; i++) {
            row[i] = rows.value(i);
        }
        return row;
    }

    private static ColumnType type(
            GatewayColumn column, @Nullable ColumnType hint, int at, Deque<@Nullable Object[]> first) {
        ColumnType declared = DeclaredTypes.of(column.declaredType());
        if (declared.certain()) {
            // as a text 'true' would look like what no condition takes it for
            if (fits(declared, at, first) || (declared.type() == PgType.BOOL && hasText(at, first))) {
                return declared;
            }
            ColumnType local = ColumnType.declared(PgType.TIMESTAMP);
            if (declared.type() == PgType.DATE && fits(local, at, first)) {
                return local;
            }
            ColumnType zoned = ColumnType.declared(PgType.TIMESTAMPTZ);
            boolean moment = declared.type() == PgType.TIMESTAMP || declared.type() == PgType.DATE;
            if (moment && fits(zoned, at, first)) {
                return zoned;
            }
            if (declared.type() == PgType.INT2 || declared.type() == PgType.INT4) {
                ColumnType large = ColumnType.declared(PgType.INT8);
                return fits(large, at, first) ? large : ColumnType.ANYTHING;
            }
            return ColumnType.ANYTHING;
        }
        return hint != null && isSaid(hint, at, first) ? hint : seen(at, first);
    }

    /** Nothing says what an expression is but its values. */
    private static ColumnType seen(int at, Deque<@Nullable Object[]> first) {
        PgType type = null;
        for (@Nullable Object[] row : first) {
            Object value = row[at];
            if (value instanceof Double || (value instanceof Long && type == PgType.FLOAT8)) {
                type = PgType.FLOAT8;
            } else if (value instanceof Long) {
                type = PgType.INT8;
            } else if (value instanceof byte[]) {
                type = PgType.BYTEA;
            } else if (value != null) {
                return ColumnType.ANYTHING;
            }
        }
        ColumnType seen = type == null ? ColumnType.ANYTHING : ColumnType.seen(type);
        return fits(seen, at, first) ? seen : ColumnType.ANYTHING;
    }

    private static boolean fits(ColumnType type, int at, Deque<@Nullable Object[]> first) {
        return first.stream().allMatch(row -> ValueFormat.fits(type, row[at]));
    }

    /** Whether it holds for the first rows, or what they have is an error. */
    private static boolean isSaid(ColumnType hint, int at, Deque<@Nullable Object[]> first) {
        return fits(hint, at, first)
                || (hint.type() == PgType.BOOL && hasText(at, first))
                || (hint.type() == PgType.INT8 && hasReal(at, first));
    }

    /** An integer that was too large for one. */
    private static boolean hasReal(int at, Deque<@Nullable Object[]> first) {
        return first.stream().anyMatch(row -> row[at] instanceof Double);
    }

    private static boolean hasText(int at, Deque<@Nullable Object[]> first) {
        return first.stream().anyMatch(row -> row[at] instanceof String);
    }

    List<GatewayColumn> columns() {
        return rows.columns();
    }

    List<ColumnType> types() {
        return types;
    }

    boolean next() throws SQLException {
        current = first.poll();
        return current != null || rows.next();
    }

    @Nullable
    Object value(int column) throws SQLException {
        return current != null ? current[column] : rows.value(column);
    }

    long affected() {
        return rows.affected();
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
