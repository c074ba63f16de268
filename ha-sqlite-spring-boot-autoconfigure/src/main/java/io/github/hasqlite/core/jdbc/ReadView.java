package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConnection;

/**
 * What a transaction has seen that only read so far: since when it looks at the database, and by which
 * queries. It decides whether the transaction may begin to write. Not thread-safe.
 */
final class ReadView {

    private final SessionContext context;
    private final List<ReadValidator.Query> queries = new ArrayList<>();
    /** What ran them, which may still be showing rows. */
    private final Set<RunningStatement> cursors = Collections.newSetFromMap(new IdentityHashMap<>());

    private boolean taken;
    private long commits;

    ReadView(SessionContext context) {
        this.context = context;
    }

    /** From now on, if not already, the transaction looks at the database as it is. */
    void take() {
        if (!taken) {
            commits = context.writeLock().commits();
            taken = true;
        }
    }

    /** The transaction runs a query. */
    void add(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (queries.size() <= ReadValidator.MAX_QUERIES) {
            queries.add(new ReadValidator.Query(sql.text(), statement.boundValues()));
            cursors.add(statement);
        }
    }

    /** Whether nobody has committed since it was taken. */
    boolean isOfThePresent() {
        return !taken || commits == context.writeLock().commits();
    }

    /**
     * Whether all that was read is the same at present, with the write lock held.
     *
     * @param past the connection, whose transaction still sees the past
     */
    boolean isUnchanged(SQLiteConnection past) throws SQLException {
        return queries.size() <= ReadValidator.MAX_QUERIES
                && context.validator().unchanged(past, queries);
    }

    /** Lets rows that are not fetched yet outlive the transaction. */
    void detachCursors() throws SQLException {
        for (RunningStatement cursor : cursors) {
            cursor.detachRows();
        }
    }

    /** The transaction is over. */
    void clear() {
        taken = false;
        queries.clear();
        cursors.clear();
    }
}
