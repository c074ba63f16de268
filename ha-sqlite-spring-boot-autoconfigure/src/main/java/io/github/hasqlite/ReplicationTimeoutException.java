package io.github.hasqlite;

import java.sql.SQLNonTransientConnectionException;

/**
 * A {@code sync} commit was not acknowledged by the stream in time. The transaction <em>is</em>
 * committed in the local database and in the outbox and will be replicated as soon as the stream can
 * be reached: do not repeat it. Not of a transient type, so that what repeats transient failures leaves it
 * alone: Spring translates it to a {@code DataAccessResourceFailureException}, which is a {@code
 * NonTransientDataAccessException}.
 */
public final class ReplicationTimeoutException extends SQLNonTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /** Class 08 is a connection exception in the SQL standard; H marks a subclass of this product. */
    public static final String SQL_STATE = "08H01";

    public ReplicationTimeoutException(String reason, Throwable cause) {
        super(reason, SQL_STATE, cause);
    }
}
