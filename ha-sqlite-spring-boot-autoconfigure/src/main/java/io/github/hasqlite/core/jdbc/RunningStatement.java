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

    /** What it shows. */
    StatementRows shown();

    /** Whether it is closed; its connection may be somebody else's then. */
    boolean isClosed() throws SQLException;

    /** The values bound to it, as the driver binds them. */
    List<@Nullable Object> boundValues();
}
