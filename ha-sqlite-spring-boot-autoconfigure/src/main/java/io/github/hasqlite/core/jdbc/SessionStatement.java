package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/** sqlite-jdbc's statement, run by a {@link Session}. */
final class SessionStatement extends SqlStateStatement implements RunningStatement {

    private static final int SQLITE_DONE = 101;

    private final ConnectionHandle handle;
    private final Session session;
    private final GeneratedKey generatedKey;
    private final PhysicalConnection physical;
    private final StatementRows shown;
    private boolean inserts;
    /** A query does not touch the generated keys of the statement before. */
    private boolean keepsKeys;

    SessionStatement(ConnectionHandle handle, PhysicalConnection connection) {
        super(connection, handle.use());
        this.handle = handle;
        this.session = connection.session();
        this.shown = new StatementRows(this, new Rows(this, rs), session, handle.use());
        this.physical = connection;
        this.generatedKey = new GeneratedKey(connection);
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        return stated(() -> explained(() -> executeOne(sql)));
    }

    private <T> T explained(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } catch (SQLException e) {
            throw handle.explain(e);
        }
    }

    private boolean executeOne(String sql) throws SQLException {
        closeRows();
        ParsedSql parsed = handle.parse(sql);
        boolean rows = run(parsed, () -> runLimited(parsed, sql), Boolean.FALSE);
        if (parsed.kind() != StatementKind.WRITE) {
            updateCount = session.lastChanges();
        }
        return rows;
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        return stated(() -> explained(() -> query(sql)));
    }

    private ResultSet query(String sql) throws SQLException {
        closeRows();
        ParsedSql parsed = handle.parse(sql);
        if (parsed.kind() == StatementKind.READ || parsed.kind() == StatementKind.OTHER) {
            return session.execute(parsed, this, () -> queryLimited(parsed, sql), (ResultSet) shown.ofSqlite());
        }
        // the driver runs what gives no rows, too, and fails only then
        keepsKeys = true;
        try {
            if (run(parsed, () -> runLimited(parsed, sql), Boolean.FALSE)) {
                return Objects.requireNonNull(getResultSet());
            }
        } finally {
            keepsKeys = false;
        }
        internalClose();
        throw new SQLException("query does not return ResultSet", "SQLITE_DONE", SQLITE_DONE);
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        return stated(() -> explained(() -> update(sql)));
    }

    private long update(String sql) throws SQLException {
        closeRows();
        List<ParsedSql> script = ParsedSql.script(sql);
        // virtual tables write when the transaction commits, and sqlite-jdbc counts that, too
        long before = session.totalChanges();
        if (script.isEmpty()) {
            run(handle.parse(sql), () -> super.executeLargeUpdate(sql), 0L);
        }
        for (ParsedSql statement : script) {
            String text = script.size() == 1 ? sql : statement.text();
            run(statement, () -> updateLimited(statement, text), 0L);
        }
        // sqlite-jdbc looks at the beginning of the whole script
        boolean begins = handle.parse(sql).insert();
        if (script.size() > 1 || begins != inserts) {
            generatedKey.set(begins ? session.lastInsertRowid() : null);
        }
        return session.totalChanges() - before;
    }

    private boolean runLimited(ParsedSql parsed, String sql) throws SQLException {
        String text = session.textToRun(parsed, sql);
        return limited(parsed, () -> super.execute(text));
    }

    private ResultSet queryLimited(ParsedSql parsed, String sql) throws SQLException {
        String text = session.textToRun(parsed, sql);
        return limited(parsed, () -> super.executeQuery(text));
    }

    private long updateLimited(ParsedSql parsed, String sql) throws SQLException {
        String text = session.textToRun(parsed, sql);
        return limited(parsed, () -> super.executeLargeUpdate(text));
    }

    private <T> T run(ParsedSql parsed, SqlCall<T> call, T nothing) throws SQLException {
        inserts = parsed.insert();
        return session.execute(parsed, this, call, nothing);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return stated(this::runBatch);
    }

    private long[] runBatch() throws SQLException {
        closeRows();
        if (batch == null || batchPos == 0) {
            return new long[0];
        }
        Object[] entries = Arrays.copyOf(batch, batchPos);
        long[] changes = new long[entries.length];
        try {
            for (int i = 0; i < entries.length; i++) {
                String entry = (String) entries[i];
                try {
                    ParsedSql parsed = handle.parse(entry);
                    changes[i] = run(parsed, () -> runEntry(parsed, session.textToRun(parsed, entry)), 0L);
                    if (parsed.kind() != StatementKind.WRITE) {
                        changes[i] = session.lastChanges();
                    }
                } catch (SQLException e) {
                    throw new BatchUpdateException(
                            "batch entry " + i + ": " + e.getMessage(),
                            null,
                            0,
                            Arrays.stream(changes)
                                    .mapToInt(count -> (int) count)
                                    .toArray(),
                            e);
                } finally {
                    // as in the driver, an entry without a statement fails here
                    if (pointer != null) {
                        pointer.close();
                    }
                }
            }
        } finally {
            clearBatch();
        }
        return changes;
    }

    private long runEntry(ParsedSql parsed, String entry) throws SQLException {
        DB database = getDatabase();
        this.sql = entry;
        database.prepare(this);
        return limited(parsed, () -> database.executeUpdate(this, null));
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        KeptRows present = shown.kept();
        try {
            if (present != null) {
                return present.rows();
            }
            return super.getResultSet() == null
                    ? null
                    : watched(shown.ofSqlite().begin());
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    private ResultSet watched(ResultSet rows) {
        return session.isWaitingFor(this) ? WatchedRows.of(rows, this) : rows;
    }

    /** Before anything runs. The connection of a closed statement may be somebody else's by now. */
    private void closeRows() throws SQLException {
        if (isClosed()) {
            throw new SQLException("the statement has been closed");
        }
        shown.forget();
        if (pointer != null && !pointer.isClosed()) {
            rs.close();
            if (resultsWaiting || session.isWaitingFor(this)) {
                // nobody asked for the rows; SQLite counts them now
                pointer.safeRunInt(DB::reset);
                resultsWaiting = false;
            }
        }
        session.rowsClosed(this);
    }

    @Override
    public boolean hasOpenRows() {
        return pointer != null && !pointer.isClosed() && (resultsWaiting || (rs.isOpen() && !rs.emptyResultSet));
    }

    @Override
    public void detachRows() throws SQLException {
        SafeStmtPtr detached =
                rs.isOpen() && !pointer.isClosed() ? shown.ofSqlite().detach(physical) : null;
        if (detached != null) {
            pointer.close();
            pointer = detached;
        }
    }

    @Override
    public void keepRows() throws SQLException {
        if (!rs.isOpen() && super.getResultSet() == null) {
            return;
        }
        try {
            shown.keep(new KeptRows(physical, new Rows(this, rs).begin()));
        } finally {
            rs.close();
            pointer.safeRunInt(DB::reset);
            resultsWaiting = false;
        }
    }

    @Override
    public StatementRows shown() {
        return shown;
    }

    @Override
    public List<@Nullable Object> boundValues() {
        return List.of();
    }

    @Override
    public void updateGeneratedKeys() throws SQLException {
        if (keepsKeys) {
            return;
        }
        clearGeneratedKeys();
        generatedKey.set(inserts ? session.lastInsertRowid() : null);
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        try {
            ResultSet keys = generatedKey.resultSet();
            return keys == null ? super.getGeneratedKeys() : keys;
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public Connection getConnection() {
        return handle;
    }

    @Override
    public void close() throws SQLException {
        handle.use().evenIfEnded(this::closeAll);
    }

    private void closeAll() throws SQLException {
        boolean open = !isClosed();
        handle.closed(this);
        generatedKey.close();
        shown.forget();
        super.close();
        if (open) {
            session.rowsClosed(this);
        }
    }
}
