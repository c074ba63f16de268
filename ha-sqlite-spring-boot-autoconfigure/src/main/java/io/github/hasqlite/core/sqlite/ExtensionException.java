package io.github.hasqlite.core.sqlite;

import java.sql.SQLException;

/** An extension cannot be loaded, so that no connection can be opened. */
public final class ExtensionException extends SQLException {

    private static final long serialVersionUID = 1L;

    public ExtensionException(String extension, SQLException cause) {
        super(
                "the SQLite extension '" + extension + "' cannot be loaded: " + cause.getMessage(),
                cause.getSQLState(),
                cause.getErrorCode(),
                cause);
    }
}
