package io.github.hasqlite.core.jdbc;

import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/** A JDBC savepoint under the name that sqlite-jdbc would give it. */
record NamedSavepoint(int id, @Nullable String givenName) implements Savepoint {

    @Override
    public int getSavepointId() {
        return id;
    }

    @Override
    public String getSavepointName() {
        return givenName == null ? "SQLITE_SAVEPOINT_" + id : givenName;
    }
}
