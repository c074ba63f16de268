package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** The statements of a connection that are showing rows, or have been lately. Not thread-safe. */
final class ShownRows {

    private static final int FEW = 16;

    private final Set<RunningStatement> statements = Collections.newSetFromMap(new IdentityHashMap<>());
    private int limit = FEW;

    /** A statement has run. */
    void add(RunningStatement statement) {
        if (!statement.shown().areShown()) {
            return;
        }
        if (statements.size() >= limit) {
            statements.removeIf(present -> !present.shown().areShown());
            limit = Math.max(FEW, 2 * statements.size());
        }
        statements.add(statement);
    }

    /** Its rows are closed. */
    void remove(RunningStatement statement) {
        statements.remove(statement);
    }

    /** SQLite was interrupted: ends what is left, which it would refuse to go on with. */
    void interrupt() throws SQLException {
        for (RunningStatement statement : List.copyOf(statements)) {
            statement.shown().interrupt();
        }
        statements.clear();
    }
}
