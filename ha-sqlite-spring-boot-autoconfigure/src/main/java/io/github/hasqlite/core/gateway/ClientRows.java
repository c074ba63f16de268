package io.github.hasqlite.core.gateway;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that SQLite finds while the client reads them. Inside the session's gate but for {@link #next} and {@link #close},
 * which go through it.
 */
final class ClientRows implements RowSource {

    private static final String CURSOR_ENDED = "34000";

    private final GatewaySession session;
    private final PreparedStatement statement;
    private final ResultSet rows;
    private final int columns;
    /** To be given back with the rows; {@code null} in a transaction. */
    private final @Nullable ClientConnection own;

    private final long deadline;
    private boolean open = true;
    private @Nullable Object @Nullable [] row;
    private @Nullable SQLException ended;

    /**
     * Rows of a statement that runs.
     *
     * @param own the connection, if nobody else uses it
     * @param deadlineNanos when they have to be read, if the connection is their own
     */
    ClientRows(
            GatewaySession session,
            PreparedStatement statement,
            ResultSet rows,
            List<GatewayColumn> columns,
            @Nullable ClientConnection own,
            long deadlineNanos) {
        this.session = session;
        this.statement = statement;
        this.rows = rows;
        this.columns = columns.size();
        this.own = own;
        this.deadline = deadlineNanos;
    }

    @Override
    public @Nullable Object @Nullable [] next() throws SQLException {
        return session.inside(this::read) ? row : null;
    }

    private boolean read() throws SQLException {
        SQLException why = ended;
        if (why != null) {
            throw why;
        }
        if (!open) {
            return false;
        }
        try {
            if (session.running().run(statement, own == null ? session.patience() : deadline, rows::next)) {
                row = RowReader.row(rows, columns, session.maxRowBytes());
                return true;
            }
        } catch (SQLException | RuntimeException | Error e) {
            end();
            throw e;
        }
        end();
        return false;
    }

    /** Ends rows that their client has not read in time. */
    void endIfOver(long now) throws SQLException {
        if (open && own != null && now - deadline >= 0) {
            ended = new SQLTimeoutException(
                    "the client did not read the rows of the statement in the time that a statement may take",
                    SqlStates.CANCELLED);
            end();
        }
    }

    /** The transaction ends. */
    void endWithTransaction() throws SQLException {
        if (own == null) {
            ended = new SQLException("the transaction that these rows were read in has ended", CURSOR_ENDED);
            end();
        }
    }

    /** Gives back what they keep. */
    void end() throws SQLException {
        if (!open) {
            return;
        }
        open = false;
        session.forget(this);
        try (ClientConnection connection = own;
                PreparedStatement compiled = statement) {
            rows.close();
        }
    }

    @Override
    public void close() throws SQLException {
        session.closing(this::end);
    }
}
