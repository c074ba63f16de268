package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.sqlite.SQLiteConnection;

/**
 * What a transaction has seen that only read so far: since when it looks at the database, and by which
 * queries. It decides whether the transaction may begin to write. Not thread-safe.
 */
final class ReadView {

    /** What the names of replication's own tables and functions begin with. */
    private static final String OWN = "ha_";

    private static final int CURSORS = 64;

    private final SessionContext context;
    /** Different ones: the same query gives the same rows as long as the transaction only reads. */
    private final Set<ReadValidator.Query> queries = new LinkedHashSet<>();
    /** What ran them, which may still be showing rows. */
    private final Set<RunningStatement> cursors = Collections.newSetFromMap(new IdentityHashMap<>());

    private int cursorsToKeep = CURSORS;
    private boolean taken;
    private boolean readsNotes;
    private long commits;
    private long changes;

    ReadView(SessionContext context) {
        this.context = context;
    }

    /** From now on, if not already, the transaction looks at the database as it is. */
    void take() {
        if (!taken) {
            // in this order: a commit between the two is one that has changed something
            changes = context.writeLock().changes();
            commits = context.writeLock().commits();
            taken = true;
        }
    }

    /** The transaction runs a query. */
    void add(ParsedSql sql, RunningStatement statement) throws SQLException {
        if (queries.size() <= ReadValidator.MAX_QUERIES) {
            queries.add(new ReadValidator.Query(sql.text(), statement.boundValues()));
        }
        readsNotes = readsNotes || sql.text().toLowerCase(Locale.ROOT).contains(OWN);
        if (cursors.size() >= cursorsToKeep) {
            cursors.removeIf(cursor -> !cursor.hasOpenRows());
            cursorsToKeep = Math.max(CURSORS, 2 * cursors.size());
        }
        cursors.add(statement);
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
        if (changes == context.writeLock().changes() && !readsNotes) {
            return true;
        }
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
        readsNotes = false;
        queries.clear();
        cursors.clear();
        cursorsToKeep = CURSORS;
    }
}
