package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.SerializationFailureException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The one table of SQLStates: sqlite-jdbc gives none. Classes and subclasses are those of the SQL standard,
 * where it has none those of PostgreSQL. Errors keep sqlite-jdbc's class, codes and text.
 *
 * <p>Thread-safe.
 */
public final class SqlStates {

    /** Neither SQLite's result code nor the text says more. */
    static final String GENERAL_ERROR = "HY000";

    /** No connection to the stream, where one is needed. */
    public static final String CANNOT_CONNECT = "08001";

    /** The connection or the data source is closed. */
    public static final String CONNECTION_DOES_NOT_EXIST = "08003";

    /** Whether it was committed is not known: transaction resolution unknown, in the SQL standard. */
    public static final String OUTCOME_UNKNOWN = "08007";

    public static final String FEATURE_NOT_SUPPORTED = "0A000";
    static final String INVALID_CURSOR_STATE = "24000";
    static final String INVALID_TRANSACTION_STATE = "25000";

    /** A write on a read-only connection or a read replica. */
    public static final String READ_ONLY = "25006";

    /** What SQLite or replication refuses for what the statement says. */
    public static final String SYNTAX_OR_ACCESS = "42000";

    /** The name belongs to replication; one of the codes that vendors have in common. */
    public static final String RESERVED_NAME = "42939";

    /** What is written to is not the application's. */
    public static final String NO_PRIVILEGE = "42501";

    /** More sessions or statements at once than clients may have. */
    public static final String TOO_MANY = "53300";

    /** A transaction was open for longer than it may, and is rolled back. */
    public static final String TRANSACTION_TIMEOUT = "25P03";

    /** A transaction begins in a transaction. */
    public static final String NESTED = "25001";

    /** There is no transaction that this could be about. */
    public static final String NO_TRANSACTION = "25P01";

    /** A value that says what to do makes no sense. */
    public static final String INVALID_PARAMETER = "22023";

    /** More than a limit allows. */
    public static final String LIMIT_EXCEEDED = "54000";

    /** Not in the state that is needed for this. */
    public static final String NOT_IN_PREREQUISITE_STATE = "55000";

    /** Cancelled or interrupted. */
    public static final String CANCELLED = "57014";

    /** The data source is being closed. */
    public static final String SHUTDOWN = "57P01";

    /** Replication has stopped, or left this out. Not of class 08: no repetition by a driver or application helps. */
    public static final String REPLICATION_STOPPED = "58000";

    /** What was begun is rolled back already, and waits for the application to say so. */
    public static final String TRANSACTION_ABORTED = "25P02";

    public static final String SEQUENCE_ERROR = "HY010";

    private static final String UNIQUE_VIOLATION = "23505";
    private static final String INVALID_VALUE = "22018";
    private static final String TOO_LONG = "22001";
    private static final String BUSY = "55P03";
    private static final String OUT_OF_MEMORY = "53200";
    private static final String IO_ERROR = "58030";
    private static final String CORRUPT = "XX001";
    private static final String INVALID_INDEX = "07009";
    /** It cannot be understood. */
    public static final String SYNTAX_ERROR = "42601";

    private static final int LENGTH = 5;

    private static final Map<SQLiteErrorCode, String> EXTENDED = Map.ofEntries(
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_UNIQUE, UNIQUE_VIOLATION),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_PRIMARYKEY, UNIQUE_VIOLATION),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_ROWID, UNIQUE_VIOLATION),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_NOTNULL, "23502"),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_FOREIGNKEY, "23503"),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_CHECK, "23514"),
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT_DATATYPE, INVALID_VALUE),
            Map.entry(SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT, SerializationFailureException.SQL_STATE),
            Map.entry(SQLiteErrorCode.SQLITE_IOERR_NOMEM, OUT_OF_MEMORY));

    private static final Map<SQLiteErrorCode, String> PRIMARY = Map.ofEntries(
            Map.entry(SQLiteErrorCode.SQLITE_CONSTRAINT, "23000"),
            Map.entry(SQLiteErrorCode.SQLITE_MISMATCH, INVALID_VALUE),
            Map.entry(SQLiteErrorCode.SQLITE_TOOBIG, TOO_LONG),
            Map.entry(SQLiteErrorCode.SQLITE_RANGE, INVALID_INDEX),
            Map.entry(SQLiteErrorCode.SQLITE_READONLY, READ_ONLY),
            Map.entry(SQLiteErrorCode.SQLITE_BUSY, BUSY),
            Map.entry(SQLiteErrorCode.SQLITE_LOCKED, BUSY),
            Map.entry(SQLiteErrorCode.SQLITE_PROTOCOL, BUSY),
            Map.entry(SQLiteErrorCode.SQLITE_FULL, "53100"),
            Map.entry(SQLiteErrorCode.SQLITE_NOMEM, OUT_OF_MEMORY),
            Map.entry(SQLiteErrorCode.SQLITE_INTERRUPT, CANCELLED),
            Map.entry(SQLiteErrorCode.SQLITE_ABORT, "40000"),
            Map.entry(SQLiteErrorCode.SQLITE_IOERR, IO_ERROR),
            Map.entry(SQLiteErrorCode.SQLITE_CANTOPEN, IO_ERROR),
            Map.entry(SQLiteErrorCode.SQLITE_CORRUPT, CORRUPT),
            Map.entry(SQLiteErrorCode.SQLITE_NOTADB, CORRUPT),
            Map.entry(SQLiteErrorCode.SQLITE_PERM, NO_PRIVILEGE),
            Map.entry(SQLiteErrorCode.SQLITE_AUTH, NO_PRIVILEGE),
            Map.entry(SQLiteErrorCode.SQLITE_SCHEMA, SYNTAX_OR_ACCESS),
            Map.entry(SQLiteErrorCode.SQLITE_MISUSE, SEQUENCE_ERROR));

    /** Part of a text and what it means; the first that fits counts. */
    private static final String[][] TEXTS = {
        // of casts in PostgreSQL's protocol, whose texts quote values: these come first
        {"invalid input syntax for type date", "22007"},
        {"invalid input syntax for type time", "22007"},
        {"invalid input syntax for type interval", "22007"},
        {"invalid input syntax for type", "22P02"},
        {"malformed array literal", "22P02"},
        {"date/time field value out of range", "22008"},
        {"out of range for type", "22003"},
        {"numeric field overflow", "22003"},
        {"value too long for type", TOO_LONG},
        {"operator does not exist", "42883"},
        {"cannot cast type", "42846"},
        {"division by zero", "22012"},
        {"must not end with escape character", "22025"},
        {"cannot be had in SQLite", FEATURE_NOT_SUPPORTED},
        {"is not supported here", FEATURE_NOT_SUPPORTED},
        {"requested length too large", "54000"},
        {"requested character not valid", "54000"},
        {"field position must not be zero", INVALID_PARAMETER},
        {"function does not exist", "42883"},
        {"syntax error", SYNTAX_ERROR},
        {"incomplete input", SYNTAX_ERROR},
        {"unrecognized token", SYNTAX_ERROR},
        {"no such table", "42P01"},
        {"no such view", "42P01"},
        {"no such column", "42703"},
        {"has no column named", "42703"},
        {"ambiguous column", "42702"},
        {"duplicate column", "42701"},
        {"no such function", "42883"},
        {"no such savepoint", "3B001"},
        {"no such ", "42704"},
        {"Cannot add a ", FEATURE_NOT_SUPPORTED},
        {"already exists", "42P07"},
        {"there is already", "42P07"},
        {"foreign key mismatch", "42830"},
        {"database is locked", BUSY},
        {"within a transaction", NESTED},
        {"no transaction is active", INVALID_TRANSACTION_STATE},
        {"transaction is open", INVALID_TRANSACTION_STATE},
        {"in auto-commit mode", INVALID_TRANSACTION_STATE},
        {"read-only", READ_ONLY},
        {"integer overflow", "22003"},
        {"malformed JSON", "22032"},
        {"JSON path", "22033"},
        {"Bad value for type", INVALID_VALUE},
        {"Error parsing", "22007"},
        {"Error reading stream", "22000"},
        {"too big", TOO_LONG},
        {"connection closed", CONNECTION_DOES_NOT_EXIST},
        {"has been closed", SEQUENCE_ERROR},
        {"ResultSet closed", INVALID_CURSOR_STATE},
        {"ResultSet already requested", INVALID_CURSOR_STATE},
        {"stmt pointer is closed", SEQUENCE_ERROR},
        {"not executing", SEQUENCE_ERROR},
        {"method cannot be called", SEQUENCE_ERROR},
        {"does not return ResultSet", "07005"},
        {"does not return results", "07005"},
        {"returns results", "07006"},
        {"No parameter has been set", "07002"},
        {"Values not bound", "07002"},
        {"param count", "07002"},
        {"Parameter index", INVALID_INDEX},
        {"out of bounds", INVALID_INDEX},
        {"wraps nothing", FEATURE_NOT_SUPPORTED},
        {"is no ", FEATURE_NOT_SUPPORTED},
        {"not supported", FEATURE_NOT_SUPPORTED},
        {"only supports", FEATURE_NOT_SUPPORTED},
        {"only FETCH_FORWARD", FEATURE_NOT_SUPPORTED},
        {"TYPE_FORWARD_ONLY", FEATURE_NOT_SUPPORTED},
        {"does not support", FEATURE_NOT_SUPPORTED},
        {"ot implemented", FEATURE_NOT_SUPPORTED},
        {"ot yet implemented", FEATURE_NOT_SUPPORTED},
        {"Unsupported", FEATURE_NOT_SUPPORTED},
    };

    private SqlStates() {}

    /**
     * The same error with an SQLState.
     *
     * @param e what was thrown, by sqlite-jdbc, by a pool or here
     * @return the same object if it has one, otherwise one of the same class with the same text, codes,
     *     cause, stack and suppressed exceptions
     */
    public static SQLException complete(SQLException e) {
        if (isState(e.getSQLState())) {
            return e;
        }
        String state = of(e);
        SQLException complete = copy(e, state);
        if (complete == null) {
            return e;
        }
        if (complete.getCause() == null && e.getCause() != null) {
            complete.initCause(e.getCause());
        }
        complete.setStackTrace(e.getStackTrace());
        for (Throwable suppressed : e.getSuppressed()) {
            complete.addSuppressed(suppressed);
        }
        if (e.getNextException() != null) {
            complete.setNextException(e.getNextException());
        }
        return complete;
    }

    private static @Nullable SQLException copy(SQLException e, String state) {
        if (e instanceof SQLiteException lite) {
            return new StatedSqliteException(lite, state);
        }
        if (e instanceof BatchUpdateException batch) {
            return new BatchUpdateException(
                    batch.getMessage(), state, batch.getErrorCode(), batch.getLargeUpdateCounts(), batch.getCause());
        }
        if (e instanceof SQLFeatureNotSupportedException) {
            return new SQLFeatureNotSupportedException(e.getMessage(), state, e.getErrorCode());
        }
        if (e instanceof SQLTransientConnectionException) {
            return new SQLTransientConnectionException(e.getMessage(), state, e.getErrorCode());
        }
        return e.getClass() == SQLException.class ? new SQLException(e.getMessage(), state, e.getErrorCode()) : null;
    }

    private static boolean isState(@Nullable String state) {
        return state != null && state.length() == LENGTH;
    }

    /**
     * The SQLState of an error.
     *
     * @return five letters and digits, always
     */
    public static String of(SQLException e) {
        String present = e.getSQLState();
        if (present != null && isState(present)) {
            return present;
        }
        if (e instanceof SQLiteException lite) {
            return of(lite.getResultCode(), String.valueOf(e.getMessage()));
        }
        if (e instanceof BatchUpdateException && e.getCause() instanceof SQLException cause) {
            return of(cause);
        }
        if (e instanceof SQLFeatureNotSupportedException) {
            return FEATURE_NOT_SUPPORTED;
        }
        if (e instanceof SQLTransientConnectionException) {
            return CANNOT_CONNECT;
        }
        return ofText(String.valueOf(e.getMessage()), GENERAL_ERROR);
    }

    /**
     * The SQLState of what SQLite says.
     *
     * @param code its extended result code
     * @param text what it says with it, which tells apart the many meanings of SQLITE_ERROR
     */
    public static String of(SQLiteErrorCode code, String text) {
        String state = EXTENDED.get(code);
        if (state == null) {
            SQLiteErrorCode primary = SQLiteErrorCode.getErrorCode(code.code & 0xff);
            state = PRIMARY.get(primary);
        }
        if (state != null) {
            return state;
        }
        // a function written in Java that fails tells of its exception
        return ofText(text, text.contains("Exception") ? GENERAL_ERROR : SYNTAX_OR_ACCESS);
    }

    private static String ofText(String text, String otherwise) {
        for (String[] known : TEXTS) {
            if (text.contains(known[0])) {
                return known[1];
            }
        }
        return otherwise;
    }

    /** sqlite-jdbc's exception, but for the state that it has no way to set. */
    private static final class StatedSqliteException extends SQLiteException {

        private static final long serialVersionUID = 1L;

        private final String state;

        StatedSqliteException(SQLiteException original, String state) {
            super(original.getMessage(), original.getResultCode());
            this.state = state;
        }

        @Override
        public String getSQLState() {
            return state;
        }

        /** Named as what it is for everybody else; {@code getMessage()} is the driver's as it is. */
        @Override
        @SuppressWarnings("OverrideThrowableToString")
        public String toString() {
            return SQLiteException.class.getName() + ": " + getMessage();
        }
    }
}
