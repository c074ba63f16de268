package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A connection whose end somebody waits for, and which may be one that never writes. */
final class LentConnection extends SqlStateConnection {

    private final boolean neverWrites;
    private final AtomicReference<@Nullable Runnable> whenClosed;

    LentConnection(ReplicatingDataSource dataSource, boolean neverWrites, Runnable whenClosed) throws SQLException {
        super(dataSource);
        this.neverWrites = neverWrites;
        this.whenClosed = new AtomicReference<>(whenClosed);
        if (neverWrites) {
            super.setReadOnly(true);
        }
    }

    @Override
    public void setReadOnly(boolean on) throws SQLException {
        if (neverWrites && !on) {
            throw new SQLException(
                    "this connection was opened to read only, and cannot be made one that writes: open another one",
                    SqlStates.READ_ONLY);
        }
        super.setReadOnly(on);
    }

    @Override
    public void close() throws SQLException {
        try {
            super.close();
        } finally {
            Runnable told = whenClosed.getAndSet(null);
            if (told != null) {
                told.run();
            }
        }
    }
}
