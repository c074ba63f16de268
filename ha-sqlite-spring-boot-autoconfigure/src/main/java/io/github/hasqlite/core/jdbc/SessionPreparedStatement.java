package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/** sqlite-jdbc's prepared statement, run by a {@link Session}. */
final class SessionPreparedStatement extends SqlStatePreparedStatement implements RunningStatement {

    /** The cheapest statement to compile: the driver's constructor compiles something always. */
    private static final String PLACEHOLDER = "COMMIT";

    private final ConnectionHandle handle;
    private final Session session;
    private final ParsedSql parsed;
    private final GeneratedKey generatedKey;
    private final PhysicalConnection physical;
    /** The statement itself while its rows are shown without it. */
    private @Nullable SafeStmtPtr compiledQuery;

    private final StatementRows shown;
    private final long schemaEpoch;
    private final String[] columns;
    /** The schema that the names of the columns are of. */
    private long described;
    /** What was compiled if that may be another text than the statement's. */
    private KeyedInserts.@Nullable Plan plan;
    /** For which state of the schema. */
    private long planned;
    /** What the driver is executing of a batch; it forgets it before it returns. */
    private @Nullable Object @Nullable [] rowOfBatch;

    private SessionPreparedStatement(
            ConnectionHandle handle, PhysicalConnection connection, String sql, KeyedInserts.@Nullable Plan plan)
            throws SQLException {
        super(connection, handle.use(), plan == null || plan.sql() == null ? sql : plan.sql());
        this.sql = sql;
        this.plan = plan;
        paramCount -= plan != null && plan.key() != null ? 1 : 0;
        this.handle = handle;
        this.session = connection.session();
        this.shown = new StatementRows(this, new Rows(this, rs), session, handle.use());
        this.parsed = handle.parse(sql);
        this.physical = connection;
        this.generatedKey = new GeneratedKey(connection);
        this.schemaEpoch = session.compiled().schemaEpoch();
        this.planned = schemaEpoch;
        this.columns = rs.colsMeta;
        this.described = schemaEpoch;
    }

    private SessionPreparedStatement(
            ConnectionHandle handle, PhysicalConnection connection, String sql, StatementCache.Compiled compiled)
            throws SQLException {
        super(connection, handle.use(), PLACEHOLDER);
        pointer.close();
        this.sql = sql;
        pointer = compiled.pointer();
        rs.colsMeta = compiled.columns();
        columnCount = compiled.columns().length;
        paramCount = compiled.parameters();
        plan = compiled.plan();
        this.handle = handle;
        this.session = connection.session();
        this.shown = new StatementRows(this, new Rows(this, rs), session, handle.use());
        this.parsed = handle.parse(sql);
        this.physical = connection;
        this.generatedKey = new GeneratedKey(connection);
        this.schemaEpoch = session.compiled().schemaEpoch();
        this.planned = schemaEpoch;
        this.columns = rs.colsMeta;
        this.described = schemaEpoch;
    }

    /** Prepares a statement, or takes over a compiled one. */
    static SessionPreparedStatement prepare(ConnectionHandle handle, PhysicalConnection connection, String sql)
            throws SQLException {
        Session session = connection.session();
        StatementCache.Compiled compiled = session.compiled().take(sql);
        if (compiled == null) {
            ParsedSql parsed = handle.parse(sql);
            KeyedInserts.Plan plan = session.mayBeKeyed(parsed) ? session.plan(parsed) : null;
            return new SessionPreparedStatement(handle, connection, sql, plan);
        }
        return new SessionPreparedStatement(handle, connection, sql, compiled);
    }

    @Override
    public boolean execute() throws SQLException {
        return stated(this::executeOne);
    }

    private boolean executeOne() throws SQLException {
        closeRows();
        boolean rows = session.execute(parsed, this, () -> keyed(super::execute), Boolean.FALSE);
        if (parsed.kind() != StatementKind.WRITE) {
            updateCount = session.lastChanges();
        }
        return rows;
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return stated(this::query);
    }

    private ResultSet query() throws SQLException {
        closeRows();
        ResultSet result =
                session.execute(parsed, this, () -> keyed(super::executeQuery), (ResultSet) shown.ofSqlite());
        KeptRows present = shown.kept();
        return present != null ? present.rows() : watched(result);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return stated(this::update);
    }

    private long update() throws SQLException {
        closeRows();
        long changes = session.execute(parsed, this, () -> keyed(super::executeLargeUpdate), 0L);
        return parsed.kind() == StatementKind.WRITE ? changes : session.lastChanges();
    }

    /** Runs the statement, with a key for its row if it is to have one. */
    private <T> T keyed(SqlCall<T> call) throws SQLException {
        KeyColumn key = renewed();
        if (key == null) {
            return limited(parsed, call);
        }
        @Nullable Object[] values = batch;
        try {
            batch = key.behind(values, 0, paramCount);
            return limited(parsed, call);
        } finally {
            batch = values;
        }
    }

    /**
     * Compiles the statement anew if its rows get their keys in another way since the schema has changed.
     *
     * @return the key that is to be bound behind the other values, or {@code null}
     */
    private @Nullable KeyColumn renewed() throws SQLException {
        KeyedInserts.Plan present = renewedPlan();
        return present == null ? null : present.key();
    }

    /** How it is compiled, anew if that is necessary; {@code null} if always as it is written. */
    KeyedInserts.@Nullable Plan renewedPlan() throws SQLException {
        KeyedInserts.Plan before = plan;
        if (before == null) {
            return null;
        }
        session.runs(before, parsed);
        if (planned == session.compiled().schemaEpoch() && before.certain()) {
            return before;
        }
        KeyedInserts.Plan now = session.plan(parsed);
        if (!Objects.equals(now.sql(), before.sql())) {
            String text = sql;
            int parameters = paramCount;
            try {
                sql = now.sql() == null ? text : now.sql();
                physical.getDatabase().prepare(this);
            } finally {
                sql = text;
                paramCount = parameters;
            }
        }
        plan = now;
        planned = session.compiled().schemaEpoch();
        return now;
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        return stated(this::runBatch);
    }

    private long[] runBatch() throws SQLException {
        closeRows();
        @Nullable Object[] values = batch;
        PreparedBatch run = new PreparedBatch(this, values, batchQueryCount, paramCount);
        if (run.rows() == 0) {
            return new long[0];
        }
        try {
            if (session.writes(parsed)) {
                session.writeBatch(parsed, this, run);
            } else {
                for (int i = 0; i < run.rows(); i++) {
                    int row = i;
                    session.execute(parsed, this, () -> run.call(row), Boolean.FALSE);
                    run.changes()[i] = session.lastChanges();
                }
            }
        } finally {
            rowOfBatch = null;
            batch = values;
            clearBatch();
        }
        return run.changes();
    }

    /** One row of a batch is about to run. */
    void runsRow(@Nullable Object @Nullable [] values) {
        rowOfBatch = values;
    }

    /** Runs rows of a batch as a batch of their own, which the driver binds and steps. */
    long[] runRows(@Nullable Object @Nullable [] values, int rows) throws SQLException {
        batch = values;
        batchQueryCount = rows;
        return limited(parsed, super::executeLargeBatch);
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        KeptRows present = shown.kept();
        try {
            if (present != null) {
                return present.rows();
            }
            describeAnew();
            return super.getResultSet() == null
                    ? null
                    : watched(shown.ofSqlite().begin());
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    /** SQLite has compiled the statement anew if the schema has changed; the driver asks for names that it does not have. */
    private void describeAnew() {
        long epoch = session.compiled().schemaEpoch();
        if (described != epoch) {
            described = epoch;
            rs.colsMeta = null;
        }
    }

    private ResultSet watched(ResultSet rows) {
        return session.isWaitingFor(this) ? WatchedRows.of(rows, this) : rows;
    }

    private void closeRows() throws SQLException {
        shown.forget();
        if (!pointer.isClosed()) {
            rs.close();
            if (session.isWaitingFor(this)) {
                // nobody asked for the rows
                pointer.safeRunInt(DB::reset);
                resultsWaiting = false;
            }
        }
        attach();
        session.rowsClosed(this);
    }

    /** Goes on in the place of another one with the same text. */
    void takeOver(SessionPreparedStatement from) throws SQLException {
        batch = from.batch;
        batchPos = from.batchPos;
        batchQueryCount = from.batchQueryCount;
        from.batch = null;
        setQueryTimeout(from.getQueryTimeout());
        setLargeMaxRows(from.getLargeMaxRows());
        setFetchSize(from.getFetchSize());
        if (from.isCloseOnCompletion()) {
            closeOnCompletion();
        }
    }

    @Override
    public boolean hasOpenRows() {
        return !pointer.isClosed() && (resultsWaiting || (rs.isOpen() && !rs.emptyResultSet));
    }

    @Override
    public void detachRows() throws SQLException {
        SafeStmtPtr detached =
                rs.isOpen() && !pointer.isClosed() ? shown.ofSqlite().detach(physical) : null;
        if (detached != null && compiledQuery == null) {
            compiledQuery = pointer;
            pointer = detached;
        } else if (detached != null) {
            pointer.close();
            pointer = detached;
        }
    }

    /** Gives up rows that were detached, if there are any. */
    private void attach() throws SQLException {
        SafeStmtPtr original = compiledQuery;
        if (original != null) {
            compiledQuery = null;
            pointer.close();
            pointer = original;
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
        return BoundValues.of(rowOfBatch == null ? batch : rowOfBatch, paramCount);
    }

    @Override
    public void updateGeneratedKeys() throws SQLException {
        clearGeneratedKeys();
        generatedKey.set(parsed.insert() ? session.lastInsertRowid() : null);
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
    public ResultSetMetaData getMetaData() throws SQLException {
        return SqlStateTranslation.call(() -> {
            ResultSetMetaData driver = super.getMetaData();
            shown.ofSqlite().colsMeta = rs.colsMeta;
            return driver == rs ? shown.ofSqlite() : driver;
        });
    }

    @Override
    public void close() throws SQLException {
        handle.use().evenIfEnded(this::closeAll);
    }

    private void closeAll() throws SQLException {
        boolean open = !isClosed();
        if (open) {
            handle.closed(this);
            generatedKey.close();
            shown.forget();
            if (!pointer.isClosed()) {
                rs.close();
                attach();
                SafeStmtPtr compiled = pointer;
                pointer = session.compiled().none();
                session.compiled()
                        .giveBack(sql, new StatementCache.Compiled(compiled, columns, paramCount, plan), schemaEpoch);
            }
        }
        super.close();
        if (open) {
            session.rowsClosed(this);
        }
    }
}
