package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.node.NativeLibrary;
import io.github.hasqlite.core.sqlite.ExtensionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * Where the database file is. Looks at the file and its folder before SQLite does, whose errors name
 * neither.
 */
final class DatabaseLocation {

    private static final String PATH = HaSqliteProperties.PREFIX + ".path";

    /** The first bytes of every SQLite database, see "Database File Format" in the SQLite documentation. */
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private final Path path;

    private DatabaseLocation(Path path) {
        this.path = path;
    }

    /**
     * Reads the property.
     *
     * @throws ReplicationStartException if it is not set, or not the path of a file
     */
    static DatabaseLocation of(@Nullable String configured) {
        if (configured == null || configured.isBlank()) {
            throw new ReplicationStartException(
                    "No database file is configured: " + PATH + " is not set",
                    "Set " + PATH + " to a file, for example ./data/app.db. To use another database instead, set"
                            + " spring.datasource.url or define a DataSource bean; ha.sqlite.enabled=false switches"
                            + " the replicated database off.",
                    null);
        }
        // sqlite-jdbc would take these for a database in memory, a URI, a resource, or a file with options
        if (configured.startsWith(":")
                || configured.startsWith("file:")
                || configured.startsWith("jdbc:")
                || configured.indexOf('?') >= 0) {
            throw notAFile(configured, "it is a URL or the name of a database in memory", null);
        }
        try {
            Path path = Path.of(configured);
            if (path.getFileName() == null) {
                throw notAFile(configured, "it names no file", null);
            }
            return new DatabaseLocation(path);
        } catch (InvalidPathException e) {
            throw notAFile(configured, e.getReason(), e);
        }
    }

    private static ReplicationStartException notAFile(String configured, String reason, @Nullable Exception cause) {
        return new ReplicationStartException(
                PATH + " is '" + configured + "', which is not the path of a file: " + reason,
                "Set " + PATH + " to a plain path, for example ./data/app.db.",
                cause);
    }

    Path path() {
        return path;
    }

    String fileName() {
        return String.valueOf(path.getFileName());
    }

    /** The same place with something added to the file's name. */
    Path sibling(String suffix) {
        return path.resolveSibling(fileName() + suffix);
    }

    /**
     * Creates the folders if they are missing, and looks whether a database can be there.
     *
     * @throws ReplicationStartException if not
     */
    void prepare() {
        Path folder = path.toAbsolutePath().getParent();
        try {
            if (folder != null && !Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw new ReplicationStartException(
                    "The folder " + folder + " for the database file " + path + " cannot be created: " + e,
                    "Set " + PATH + " to a file in a folder that this process may write to, or create the folder.",
                    e);
        }
        if (Files.isDirectory(path)) {
            throw new ReplicationStartException(
                    path + " is a folder, not a database file",
                    "Set " + PATH + " to a file, for example " + path.resolve("app.db") + ".",
                    null);
        }
        // SQLite puts the write-ahead log next to the file
        if (folder != null && !Files.isWritable(folder)) {
            throw notWritable("The folder " + folder + " of the database file " + path);
        }
        if (Files.exists(path)) {
            if (!Files.isReadable(path) || !Files.isWritable(path)) {
                throw notWritable("The database file " + path);
            }
            requireDatabase();
        }
    }

    private static ReplicationStartException notWritable(String what) {
        return new ReplicationStartException(
                what + " cannot be written to by this process",
                "Give the user that runs this process read and write permission, or set " + PATH + " to another file.",
                null);
    }

    private void requireDatabase() {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] start = in.readNBytes(MAGIC.length);
            if (start.length > 0 && !Arrays.equals(start, MAGIC)) {
                throw notADatabase(null);
            }
        } catch (IOException e) {
            throw new ReplicationStartException(
                    "The database file " + path + " cannot be read: " + e, "Look at the file and its disk.", e);
        }
    }

    private ReplicationStartException notADatabase(@Nullable Exception cause) {
        return new ReplicationStartException(
                path + " is not a SQLite database, or an encrypted one",
                "Set " + PATH + " to a SQLite database or to a file that does not exist yet. Nothing was changed.",
                cause);
    }

    /** What it means that SQLite could not open the file. */
    ReplicationStartException explain(SQLException e) {
        if (e instanceof ExtensionException) {
            return new ReplicationStartException(
                    String.valueOf(e.getMessage()),
                    "Correct ha.sqlite.extensions: it lists files with SQLite extensions, made for this machine.",
                    e);
        }
        if (NativeLibrary.isMissing(e)) {
            return NativeLibrary.explain(e);
        }
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xFF);
        return switch (code) {
            case SQLITE_NOTADB -> notADatabase(e);
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN -> notWritable("The database file " + path);
            case SQLITE_BUSY, SQLITE_LOCKED ->
                new ReplicationStartException(
                        "The database file " + path + " is locked by another process",
                        "End the other process. Each node needs a database file of its own.",
                        e);
            default ->
                new ReplicationStartException(
                        "The database file " + path + " cannot be opened: " + e.getMessage(),
                        "Look at the cause. If the file is damaged, move it away: a node without a file gets its"
                                + " content from the stream.",
                        e);
        };
    }
}
