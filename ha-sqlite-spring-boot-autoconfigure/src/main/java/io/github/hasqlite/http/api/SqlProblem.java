package io.github.hasqlite.http.api;

import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoConflictException;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/** What HTTP says of an error of SQL. */
final class SqlProblem {

    /** In seconds. */
    private static final String RETRY_AFTER = "1";

    private static final int CONFLICT = 409;

    private SqlProblem() {}

    /**
     * The answer to an error.
     *
     * @param statement which one of the request has failed, from 0; negative if none has
     */
    static ApiException of(SQLException e, int statement) {
        String state = SqlStates.of(e);
        int status = e instanceof UndoConflictException ? CONFLICT : status(state);
        Problem problem = new Problem(status, String.valueOf(e.getMessage())).with("sqlState", state);
        SQLiteException lite = sqlite(e);
        if (lite != null) {
            problem = problem.with("sqliteCode", lite.getResultCode().code)
                    .with("sqliteName", lite.getResultCode().name());
        } else if (e.getErrorCode() != 0) {
            problem = problem.with("sqliteCode", e.getErrorCode());
        }
        if (e instanceof UndoConflictException undo) {
            problem = problem.with(
                    "conflicts",
                    undo.plan().conflicts().stream().map(UndoConflict::toString).toList());
        }
        if (statement >= 0) {
            problem = problem.with("statement", statement);
        }
        ApiException answer = new ApiException(problem, e);
        return status == 503 || status == 429 ? answer.with("Retry-After", RETRY_AFTER) : answer;
    }

    private static @Nullable SQLiteException sqlite(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException lite) {
                return lite;
            }
        }
        return null;
    }

    /** By the one table of SQLStates: its entries first, then its classes. */
    private static int status(String state) {
        return switch (state) {
            // what a client asks for that it may not have
            case "42501", "42939", "25006" -> 403;
            case "57014", "25P03" -> 408;
            case "53300" -> 429;
            case "53100" -> 507;
            // in a moment it may be otherwise
            case "55P03", "57P01", "08001", "08003", "53200" -> 503;
            // it is committed here, or nobody knows
            case "08007", "08H01" -> 504;
            default -> ofClass(state.substring(0, 2));
        };
    }

    private static int ofClass(String type) {
        return switch (type) {
            case "07" -> 400;
            case "23", "40" -> 409;
            case "0A", "21", "22", "24", "25", "3B", "42", "54", "55" -> 422;
            default -> 500;
        };
    }
}
