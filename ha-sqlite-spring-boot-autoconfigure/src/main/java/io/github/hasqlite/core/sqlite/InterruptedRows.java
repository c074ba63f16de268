package io.github.hasqlite.core.sqlite;

import java.sql.SQLException;

/**
 * A connection that knows which statements of it are showing rows. An interrupt holds in SQLite until all that ran when
 * it came has ended, and a statement whose rows nobody fetches runs that long; until then SQLite refuses every other one.
 */
public interface InterruptedRows {

    /** Ends what shows rows, as SQLite would with the next one: whoever asks for it gets SQLITE_INTERRUPT. */
    void endInterrupted() throws SQLException;
}
