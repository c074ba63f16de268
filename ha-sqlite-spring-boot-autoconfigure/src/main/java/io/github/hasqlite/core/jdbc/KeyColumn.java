package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A key that statements of this connection ask for.
 *
 * @param asked gives the numbers
 * @param checked whether each number is looked up before it is given
 */
record KeyColumn(KeyedInserts asked, KeyNumbers numbers, String table, KeyLookup keys, boolean checked) {

    /**
     * Values for a statement whose last parameter is the key of its row.
     *
     * @param values of the others; {@code null} if there are none
     * @param from where they begin
     * @param count how many there are
     */
    @Nullable
    Object[] behind(@Nullable Object @Nullable [] values, int from, int count) throws SQLException {
        @Nullable Object[] bound = new @Nullable Object[count + 1];
        if (values != null) {
            System.arraycopy(values, from, bound, 0, count);
        }
        bound[count] = next();
        return bound;
    }

    /** The key of the next row; {@code null} if SQLite has to choose. */
    @Nullable
    Long next() throws SQLException {
        long number = asked.next(this);
        return number > 0 ? (Long) number : null;
    }
}
