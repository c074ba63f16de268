package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import java.util.Arrays;
import org.sqlite.SQLiteJDBCLoader;

/** Refuses an sqlite-jdbc whose SQLite cannot do what replication needs. */
final class DriverVersion {

    /** The first whose SQLite lets a TEMP trigger name the database of the table that it writes to. */
    private static final int[] NEEDED = {3, 53, 0};

    private DriverVersion() {}

    /**
     * Looks at the one on the class path.
     *
     * @throws ReplicationStartException if it is too old
     */
    static void check() {
        check(SQLiteJDBCLoader.getVersion());
    }

    /**
     * Looks at a version, such as 3.53.2.1; one that cannot be read is let pass.
     *
     * @throws ReplicationStartException if it is too old
     */
    static void check(String version) {
        int[] present;
        try {
            present = Arrays.stream(version.split("\\.", -1))
                    .limit(NEEDED.length)
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            return;
        }
        if (Arrays.compare(present, NEEDED) < 0) {
            throw new ReplicationStartException(
                    "sqlite-jdbc " + version + " is too old, 3.53.0.0 or later is needed",
                    "Set the version of org.xerial:sqlite-jdbc to 3.53.2.1. With Maven and the parent of Spring Boot 4.0,"
                            + " which manages an older one, the property <sqlite-jdbc.version>3.53.2.1</sqlite-jdbc.version>"
                            + " does that; with Gradle ext['sqlite-jdbc.version'] = '3.53.2.1'.",
                    null);
        }
    }
}
