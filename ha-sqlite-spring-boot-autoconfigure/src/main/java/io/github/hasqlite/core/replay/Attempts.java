package io.github.hasqlite.core.replay;

import io.github.hasqlite.core.apply.ChangeSetApplication;
import io.github.hasqlite.core.apply.HalfAppliedException;
import io.github.hasqlite.core.apply.MetPendingException;
import java.sql.SQLException;

/** Tries the cheap ways of applying messages in one transaction before those that always work. */
final class Attempts {

    /** Applies the messages in one transaction, or leaves the database as it was. */
    interface Transaction {

        /**
         * Does it.
         *
         * @param undoFirst whether to take what is pending out of the database before anything else
         */
        void run(boolean undoFirst) throws SQLException, HaltException, MetPendingException;
    }

    private final ChangeSetApplication application;

    Attempts(ChangeSetApplication application) {
        this.application = application;
    }

    /**
     * Applies messages.
     *
     * @throws SQLException if nothing was applied, and trying again may help
     * @throws HaltException if nothing was applied, and trying again will not help
     */
    void run(Transaction transaction) throws SQLException, HaltException {
        application.unguard(true);
        try {
            besidePendingOrBelow(transaction);
        } catch (HalfAppliedException e) {
            application.unguard(false);
            besidePendingOrBelow(transaction);
        } finally {
            application.unguard(false);
        }
    }

    private static void besidePendingOrBelow(Transaction transaction) throws SQLException, HaltException {
        try {
            transaction.run(false);
        } catch (MetPendingException e) {
            try {
                transaction.run(true);
            } catch (MetPendingException again) {
                throw new IllegalStateException("nothing is pending that could be met", again);
            }
        }
    }
}
