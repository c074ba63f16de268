package io.github.hasqlite;

import java.sql.SQLTransactionRollbackException;

/**
 * The transaction was rolled back because another one came first, on this node or another; SQLState
 * 40001. Nothing of it took effect anywhere. Do all of it again, reads included.
 */
public class SerializationFailureException extends SQLTransactionRollbackException {

    /** Serialization failure, in the SQL standard. */
    public static final String SQL_STATE = "40001";

    /** What SQLite calls the same between two transactions of one file: SQLITE_BUSY_SNAPSHOT. */
    public static final int RESULT_CODE = 517;

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param reason what came first
     */
    public SerializationFailureException(String reason) {
        super(reason, SQL_STATE, RESULT_CODE);
    }
}
