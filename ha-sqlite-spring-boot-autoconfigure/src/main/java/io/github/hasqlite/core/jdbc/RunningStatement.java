package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a session must know of the statement it runs. */
interface RunningStatement extends LimitedStatement {

    /** Whether rows of it are still to be fetched, so that SQLite would refuse to commit. */
    boolean hasOpenRows();

    /**
     * Reads the rows that are still to be fetched and gives SQLite's statement up; from now on they are
     * shown from memory.
     */
    void keepRows() throws SQLException;

    /**
     * Goes on showing its rows without SQLite, if it is showing some, so that they do not hold the
     * transaction to its snapshot.
     */
    void detachRows() throws SQLException;

    /** Whether rows of it can still be fetched, from SQLite or from memory. */
    boolean showsRows();

    /** All its rows are fetched or given up. */
    void rowsEnd() throws SQLException;

    /** Ends its rows if it is showing some; whoever asks for the next one gets SQLITE_INTERRUPT. */
    void interruptRows() throws SQLException;

    /** Its rows were interrupted while they were fetched, and so all others of the connection. */
    void rowsInterrupted() throws SQLException;

    /** The values bound to it, as the driver binds them. */
    List<@Nullable Object> boundValues();
}
