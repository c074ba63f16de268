package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.apply.Outcome.Scope;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/** Tells errors that every node gets from those of this machine. */
final class SqlFailure {

    private static final int PRIMARY = 0xFF;
    private static final int SQLITE_ERROR = 1;
    private static final int SQLITE_TOOBIG = 18;
    private static final int SQLITE_CONSTRAINT = 19;
    private static final int SQLITE_MISMATCH = 20;
    private static final int SQLITE_AUTH = 23;
    private static final int SQLITE_RANGE = 25;

    /** SQLite's words for what another node may have loaded, or be allowed to use. */
    private static final List<String> MISSING_HERE = List.of(
            "no such module",
            "no such function",
            "no such collation",
            "no such tokenizer",
            "unknown tokenizer",
            "unsafe use of");

    private SqlFailure() {}

    static int code(SQLException error) {
        return error instanceof SQLiteException sqlite ? sqlite.getResultCode().code : error.getErrorCode();
    }

    /**
     * Whose failure it is.
     *
     * @return {@code null} if it says nothing about the change set: a full disk, a lock, a broken file
     */
    static @Nullable Scope scope(SQLException error) {
        return switch (code(error) & PRIMARY) {
            case SQLITE_ERROR -> {
                String message = String.valueOf(error.getMessage()).toLowerCase(Locale.ROOT);
                yield MISSING_HERE.stream().anyMatch(message::contains) ? Scope.THIS_NODE : Scope.EVERYWHERE;
            }
            case SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_AUTH, SQLITE_RANGE -> Scope.EVERYWHERE;
            default -> null;
        };
    }
}
