package io.github.hasqlite.core.node;

import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.CanonicalState;
import io.github.hasqlite.core.replay.NewestAccepted;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.snapshot.CopiedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * What a node's database file is before the node opens it. No other connection has it open.
 *
 * @param kind what kind of database it is
 * @param sequence the stream sequence up to which it has applied everything
 * @param streamCreatedNs when the stream was created that it follows, nanoseconds since 1970; 0 if it has
 *     not joined one yet
 * @param baseline the id under which it has begun, or tried to begin, a stream's history; empty if it has not
 * @param begunWithNothing whether it began with the stream alone and has never caught up with it, so that nobody can
 *     work with what is in it
 * @param deliveredFrom with which message it has begun without what was before; 0 if it has what the others have
 * @param newest the newest change set that it has accepted, if its place is known
 */
record LocalDatabase(
        Kind kind,
        long sequence,
        long streamCreatedNs,
        String baseline,
        boolean begunWithNothing,
        long deliveredFrom,
        @Nullable NewestAccepted newest) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

    private static final LocalDatabase NOTHING = new LocalDatabase(Kind.EMPTY, 0, 0, "", false, 0, null);

    enum Kind {
        /** There is nothing in it. */
        EMPTY,
        /** It has tables of the application, and follows no stream yet. */
        PLAIN,
        /** It follows a stream. */
        JOINED
    }

    static LocalDatabase inspect(DatabaseFile file, Path path, NodeRuntime runtime) throws SQLException {
        if (!Files.exists(path) || isEmpty(path)) {
            return NOTHING;
        }
        try (SQLiteConnection connection = file.openAsItIs()) {
            AppliedState state = new AppliedState(runtime);
            if (AppliedState.exists(connection)) {
                AppliedState.create(connection);
                state.load(connection);
            }
            boolean joined = state.streamCreatedNs() != 0 || state.sequence() > 0;
            Kind kind = joined ? Kind.JOINED : hasTables(connection) ? Kind.PLAIN : Kind.EMPTY;
            return new LocalDatabase(
                    kind,
                    state.sequence(),
                    state.streamCreatedNs(),
                    state.baseline(),
                    state.isBegunWithNothing(),
                    state.deliveredFrom(),
                    state.newest());
        }
    }

    private static boolean isEmpty(Path path) throws SQLException {
        try {
            return Files.size(path) == 0;
        } catch (IOException e) {
            throw new SQLException("cannot look at " + path + ": " + e.getMessage(), e);
        }
    }

    private static boolean hasTables(SQLiteConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema"
                                + " WHERE tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name NOT LIKE 'ha\\_%' ESCAPE '\\')")) {
            return rows.getBoolean(1);
        }
    }

    /**
     * Gives the database file another name in its folder.
     *
     * @return the new name
     */
    static Path setAside(DatabaseFile file, Path path, NodeRuntime runtime) throws SQLException, IOException {
        try (SQLiteConnection connection = file.open()) {
            CopiedDatabase.intoOneFile(connection);
        }
        String name = path.getFileName() + ".before-" + TIME.format(runtime.now());
        Path aside = path.resolveSibling(name);
        for (int i = 2; Files.exists(aside); i++) {
            aside = path.resolveSibling(name + "-" + i);
        }
        return Files.move(path, aside);
    }

    /** Makes the database one that follows no stream, with all that it shows now. */
    static LocalDatabase leaveStream(DatabaseFile file) throws SQLException {
        try (SQLiteConnection connection = file.open()) {
            CanonicalState.forgetReplication(connection);
            return hasTables(connection) ? new LocalDatabase(Kind.PLAIN, 0, 0, "", false, 0, null) : NOTHING;
        }
    }
}
