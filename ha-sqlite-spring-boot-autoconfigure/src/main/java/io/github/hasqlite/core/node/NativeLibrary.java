package io.github.hasqlite.core.node;

import io.github.hasqlite.ReplicationStartException;
import org.jspecify.annotations.Nullable;
import org.sqlite.NativeLibraryNotFoundException;

/** SQLite itself, which sqlite-jdbc unpacks from its jar into a folder and loads from there. */
public final class NativeLibrary {

    private static final String FOLDER = "org.sqlite.tmpdir";

    private NativeLibrary() {}

    /** Whether a connection could not be opened because SQLite itself is not there. */
    public static boolean isMissing(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof NativeLibraryNotFoundException || e instanceof LinkageError) {
                return true;
            }
        }
        return false;
    }

    /** Says what is the matter, and that it is not the database. */
    public static ReplicationStartException explain(Throwable failure) {
        String folder = System.getProperty(FOLDER, System.getProperty("java.io.tmpdir"));
        return new ReplicationStartException(
                "SQLite's native library cannot be loaded: sqlite-jdbc unpacks it into the folder " + folder
                        + " and loads it from there, which failed: " + reason(failure)
                        + " The database file has nothing to do with it and was not touched",
                "Let this process write files into " + folder
                        + " and load them from there: a file system that is mounted"
                        + " noexec or read-only, as in hardened containers, forbids it. Or start Java with -D" + FOLDER
                        + "=<a folder that allows it>, or put the library for this platform ("
                        + System.getProperty("os.name") + ", " + System.getProperty("os.arch")
                        + ") into a folder and start Java with -Dorg.sqlite.lib.path=<that folder>.",
                failure instanceof Exception exception ? exception : new IllegalStateException(failure));
    }

    private static String reason(Throwable failure) {
        @Nullable Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String text = String.valueOf(root.getMessage());
        return text + (text.endsWith(".") ? "" : ".");
    }
}
