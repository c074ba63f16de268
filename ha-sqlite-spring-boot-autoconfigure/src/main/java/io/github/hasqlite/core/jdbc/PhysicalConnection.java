package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ConnectionFunctions;
import io.github.hasqlite.core.sqlite.InterruptedRows;
import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A connection as the pool holds it: sqlite-jdbc's own, with a {@link Session} that runs its
 * transactions. The driver's auto-commit is off without a transaction being open, which spares the
 * BEGIN and COMMIT that the driver otherwise adds to every statement; the session adds its own.
 */
final class PhysicalConnection extends JDBC4Connection implements InterruptedRows {

    private final InterruptShield shield = new InterruptShield();
    private @Nullable Session session;
    private JoinedSchemas joined = JoinedSchemas.NONE;
    private ConnectionFunctions functions = ConnectionFunctions.NONE;

    PhysicalConnection(String url, String file, Properties properties) throws SQLException {
        super(url, file, properties);
    }

    void setUp(SessionContext context, boolean reader) throws SQLException {
        getConnectionConfig().setAutoCommit(false);
        session = new Session(this, context, reader);
    }

    Session session() {
        Session present = session;
        if (present == null) {
            throw new IllegalStateException("connection is not set up");
        }
        return present;
    }

    /** What keeps others from interrupting anything but the application's own statement. */
    InterruptShield shield() {
        return shield;
    }

    /** Interrupts what runs, if that may be, and a wait for the write lock. By any thread. */
    void interrupt() throws SQLException {
        shield.interrupt(() -> getDatabase().interrupt());
    }

    @Override
    public void endInterrupted() throws SQLException {
        if (session != null) {
            session.endInterrupted();
        }
    }

    /** Lets a connection without a transaction see other databases, too. */
    void see(JoinedSchemas others) throws SQLException {
        if (joined != others) {
            others.attach(this, joined);
            joined = others;
        }
    }

    /** Lets a connection know functions, which it keeps. */
    void know(ConnectionFunctions wanted) throws SQLException {
        if (functions != wanted) {
            wanted.register(this);
            functions = wanted;
        }
    }

    SessionStatement statement(ConnectionHandle handle, int type, int concurrency, int holdability)
            throws SQLException {
        checkOpen();
        checkCursor(type, concurrency, holdability);
        return new SessionStatement(handle, this);
    }

    SessionPreparedStatement prepared(ConnectionHandle handle, String sql, int type, int concurrency, int holdability)
            throws SQLException {
        checkOpen();
        checkCursor(type, concurrency, holdability);
        ParsedSql parsed = handle.parse(sql);
        session().beforeCompiling(parsed);
        SessionPreparedStatement statement;
        try {
            statement = SessionPreparedStatement.prepare(handle, this, sql);
        } catch (SQLException e) {
            throw handle.explain(e);
        }
        session().afterCompiling(parsed);
        return statement;
    }

    /** Unwrapped, too, it shows the application's database. */
    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return Metadata.of(this, this::driverMetaData);
    }

    /** What the driver says about the database. */
    DatabaseMetaData driverMetaData() throws SQLException {
        return super.getMetaData();
    }

    /** The pool is being closed while somebody uses the connection; the driver would leave it open. */
    @Override
    public void abort(Executor executor) throws SQLException {
        getDatabase().interrupt();
        close();
    }

    /** The pool's wish. Transactions are the session's affair. */
    @Override
    public void setAutoCommit(boolean autoCommit) {}
}
