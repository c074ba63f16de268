package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Lets a transaction that only read so far begin to write although somebody committed meanwhile.
 * SQLite refuses that with SQLITE_BUSY_SNAPSHOT, because what was read may have changed. If every
 * query of the transaction gives the same rows now as it did then, nothing of what it saw has
 * changed, and it may as well have begun now: still serializable, without making each transaction
 * that might write queue for the write lock from its first read on.
 *
 * <p>Used with the write lock held only, so by one thread at a time.
 */
final class ReadValidator implements AutoCloseable {

    /** More different queries than this are not repeated; the transaction gets SQLITE_BUSY_SNAPSHOT instead. */
    static final int MAX_QUERIES = 64;

    private static final int MAX_ROWS = 10_000;

    /** One query of a transaction. */
    record Query(String sql, List<@Nullable Object> values) {}

    private final SqlCall<SQLiteConnection> opener;
    private @Nullable SQLiteConnection present;
    private volatile ConnectionFunctions wanted = ConnectionFunctions.NONE;
    private ConnectionFunctions known = ConnectionFunctions.NONE;

    ReadValidator(SqlCall<SQLiteConnection> opener) {
        this.opener = opener;
    }

    /** What queries may call from now on. By any thread. */
    void define(ConnectionFunctions functions) {
        wanted = functions;
    }

    /**
     * Whether all queries give the same rows at present as in the past.
     *
     * @param past a connection whose open transaction still sees the past
     */
    boolean unchanged(SQLiteConnection past, Collection<Query> queries) throws SQLException {
        SQLiteConnection now = present();
        int[] budget = {MAX_ROWS};
        for (Query query : queries) {
            String failure = failure(past, query);
            if (!Objects.equals(failure, failure(now, query))) {
                return false;
            }
            if (failure == null && !sameRows(past, now, query, budget)) {
                return false;
            }
        }
        return true;
    }

    /** Why the query cannot be prepared, or {@code null}: the application may have asked for what is not there. */
    private static @Nullable String failure(SQLiteConnection connection, Query query) {
        try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
            return null;
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** A connection that sees what is committed. */
    SQLiteConnection present() throws SQLException {
        SQLiteConnection now = present;
        if (now == null) {
            now = opener.run();
            present = now;
            known = ConnectionFunctions.NONE;
        }
        ConnectionFunctions functions = wanted;
        if (known != functions) {
            functions.register(now);
            known = functions;
        }
        return now;
    }

    private static boolean sameRows(SQLiteConnection past, SQLiteConnection now, Query query, int[] budget)
            throws SQLException {
        try (PreparedStatement then = prepare(past, query);
                PreparedStatement at = prepare(now, query);
                ResultSet thenRows = then.executeQuery();
                ResultSet nowRows = at.executeQuery()) {
            TextEncoding encoding = TextEncoding.of(past);
            int columns = thenRows.getMetaData().getColumnCount();
            if (columns != nowRows.getMetaData().getColumnCount()) {
                return false;
            }
            while (true) {
                boolean more = thenRows.next();
                if (more != nowRows.next() || budget[0]-- <= 0) {
                    return false;
                }
                if (!more) {
                    return true;
                }
                for (int i = 1; i <= columns; i++) {
                    if (!same(encoding.read(thenRows, i), encoding.read(nowRows, i))) {
                        return false;
                    }
                }
            }
        }
    }

    private static PreparedStatement prepare(SQLiteConnection connection, Query query) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query.sql());
        for (int i = 0; i < query.values().size(); i++) {
            statement.setObject(i + 1, query.values().get(i));
        }
        return statement;
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        if (a instanceof byte[] left && b instanceof byte[] right) {
            return Arrays.equals(left, right);
        }
        return Objects.equals(a, b);
    }

    @Override
    public void close() throws SQLException {
        if (present != null) {
            present.close();
        }
    }
}
