package io.github.hasqlite.core.verify;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.TableDigest;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.DatabaseFile;
import io.github.hasqlite.core.snapshot.CopiedDatabase;
import io.github.hasqlite.core.snapshot.SnapshotFiles;
import io.github.hasqlite.core.sqlite.OnlineCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.sqlite.SQLiteConnection;

/**
 * A node's database as it was at one moment: a read transaction of its own connection. While it is open the
 * write-ahead log cannot begin anew. Used by one thread at a time.
 */
final class HeldDatabase implements VerificationSource.View {

    private final NodeSettings settings;
    private final ChangeSetSerializer serializer;
    private final SQLiteConnection connection;

    private HeldDatabase(NodeSettings settings, ChangeSetSerializer serializer, SQLiteConnection connection) {
        this.settings = settings;
        this.serializer = serializer;
        this.connection = connection;
    }

    /**
     * Keeps the database as it is now.
     *
     * @throws SQLException if it cannot be opened
     */
    static HeldDatabase open(NodeSettings settings, ChangeSetSerializer serializer) throws SQLException {
        SQLiteConnection connection = new DatabaseFile(settings.pool()).open();
        try {
            OnlineCopy.hold(connection);
            return new HeldDatabase(settings, serializer, connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Map<String, TableDigest> digests() throws SQLException, IOException {
        return hasPending() ? digestsOfCopy() : DatabaseDigests.of(connection);
    }

    private boolean hasPending() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT EXISTS(SELECT 1 FROM main.ha_outbox)")) {
            return rows.getBoolean(1);
        }
    }

    private Map<String, TableDigest> digestsOfCopy() throws SQLException, IOException {
        Path copy = SnapshotFiles.temporary(
                Path.of(settings.pool().path()).toAbsolutePath(),
                "verification-" + settings.runtime().randomUuid());
        try {
            OnlineCopy.copyHeld(connection, copy);
            connection.close();
            try (CopiedDatabase database = CopiedDatabase.open(settings, copy, serializer)) {
                database.state().strip();
                return DatabaseDigests.of(database.connection());
            }
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
