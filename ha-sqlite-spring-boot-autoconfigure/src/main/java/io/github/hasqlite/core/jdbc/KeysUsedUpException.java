package io.github.hasqlite.core.jdbc;

import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * An INSERT left its key to SQLite, and this node has no number for it that is its alone. The statement has changed
 * nothing. SQLState 08001: it can be tried again when the stream can be reached.
 */
final class KeysUsedUpException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    private static final String STATE = "08001";

    KeysUsedUpException(String table, String reason, @Nullable Throwable cause) {
        super(
                "No key for a row of table " + table + ": this node has used up its block of numbers, and " + reason
                        + ". Nothing was inserted. Try again when the stream can be reached, or give the row a key"
                        + " that no other node uses. (ha.sqlite.keys.blocks.enabled=false lets SQLite count on, on each"
                        + " node for itself: then two nodes give different rows one key, and one of the rows is lost.)",
                STATE,
                cause);
    }
}
