package io.github.hasqlite.core.capture;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConnection;

/**
 * Where the changes of large transactions go while they are open: into the folder of the database file,
 * because that has room for as many bytes as the transaction writes, and is as private as the database;
 * {@code java.io.tmpdir} is often a small or memory-backed file system. Only a database without a file
 * uses that.
 */
final class TemporaryFolder {

    private TemporaryFolder() {}

    static Path of(SQLiteConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT file FROM pragma_database_list WHERE name = 'main'")) {
            String file = rows.next() ? rows.getString(1) : null;
            Path folder = file == null || file.isEmpty() ? null : Path.of(file).getParent();
            return folder == null ? Path.of(System.getProperty("java.io.tmpdir")) : folder;
        }
    }
}
