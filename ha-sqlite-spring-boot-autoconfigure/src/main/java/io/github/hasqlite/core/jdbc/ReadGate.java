package io.github.hasqlite.core.jdbc;

import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps from readers what is committed in the database and may still be taken back. Thread-safe.
 *
 * <p>A reader asks for {@link #takenBack} before its snapshot is taken, and whether it is {@linkplain #admits
 * admitted} afterwards, before it shows anything.
 */
public interface ReadGate {

    /** Nothing is ever taken back. */
    ReadGate OPEN = new ReadGate() {

        @Override
        public long takenBack() {
            return 0;
        }

        @Override
        public boolean admits(long before, BooleanSupplier cancelled) {
            return true;
        }

        @Override
        public boolean isDoomed() {
            return false;
        }
    };

    /**
     * The gate of a log.
     *
     * @param log {@code null} if nothing is replicated
     */
    static ReadGate of(@Nullable CommitLog log) {
        return log == null ? OPEN : log.gate();
    }

    /** How often something was taken back. */
    long takenBack();

    /**
     * Waits until it is known what becomes of all that is in a snapshot which was taken before this call.
     *
     * @param before what {@link #takenBack} was before the snapshot was taken
     * @param cancelled whether nobody waits any more, asked every now and then
     * @return whether all of it stays; otherwise the snapshot may hold what was taken back, and is not to be shown
     * @throws SQLException SQLITE_BUSY if that takes too long, SQLITE_INTERRUPT if it was cancelled
     */
    boolean admits(long before, BooleanSupplier cancelled) throws SQLException;

    /** Whether what is undecided is to be taken back, as soon as the write lock is free. */
    boolean isDoomed();
}
