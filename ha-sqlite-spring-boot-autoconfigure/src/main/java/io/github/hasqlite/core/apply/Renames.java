package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.sqlite.SchemaNote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code ha_renames}: which tables and columns were renamed and dropped, and where in the
 * stream (rule R13). It is part of the canonical state, so that every node finds a row change whose author
 * had not seen that under the same new names. Not thread-safe; used inside the applier's transactions.
 */
final class Renames {

    /**
     * So many schema changes are remembered. What was written before that many and comes after them is
     * applied to the names it has, or noted as a conflict.
     */
    private static final int REMEMBERED = 1_000;

    private static final StateTable TABLE =
            new StateTable("ha_renames", "sequence INTEGER PRIMARY KEY, note TEXT NOT NULL");

    private final Connection connection;
    private final TreeMap<Long, SchemaNote> notes = new TreeMap<>();
    private boolean loaded;

    Renames(Connection connection) {
        this.connection = connection;
    }

    /** Creates the table if it is not there. */
    static void create(Connection connection) throws SQLException {
        TABLE.create(connection);
    }

    /**
     * Notes what a change set has renamed and dropped, inside the caller's transaction.
     *
     * @param through the connection whose transaction deals with the change set
     * @param sequence its place in the stream
     */
    static void write(Connection through, long sequence, SchemaNote note) throws SQLException {
        if (note.tables().isEmpty() || !TABLE.exists(through)) {
            return;
        }
        try (PreparedStatement insert =
                        through.prepareStatement("INSERT OR REPLACE INTO main.ha_renames(sequence, note) VALUES(?,?)");
                PreparedStatement forget =
                        through.prepareStatement("DELETE FROM main.ha_renames WHERE sequence <= (SELECT"
                                + " sequence FROM main.ha_renames ORDER BY sequence DESC LIMIT 1 OFFSET ?)")) {
            insert.setLong(1, sequence);
            insert.setString(2, new SchemaNote(false, note.tables()).command().command());
            insert.executeUpdate();
            forget.setInt(1, REMEMBERED);
            forget.executeUpdate();
        }
    }

    /** What is in the table may be something else now. */
    void forget() {
        loaded = false;
    }

    private void load() throws SQLException {
        notes.clear();
        if (TABLE.exists(connection)) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT sequence, note FROM main.ha_renames")) {
                while (rows.next()) {
                    SchemaNote note = SchemaNote.read(Change.sql(rows.getString(2), List.of()));
                    if (note != null) {
                        notes.put(rows.getLong(1), note);
                    }
                }
            }
        }
        loaded = true;
    }

    /**
     * How to find what a change set's author called by older names.
     *
     * @return {@code null} if its author had seen everything, or does not say what it had seen
     */
    @Nullable
    NameMapping since(ChangeSet changeSet) throws SQLException {
        if (!loaded) {
            load();
        }
        if (changeSet.publisher().isEmpty() || notes.isEmpty() || notes.lastKey() <= changeSet.baseSequence()) {
            return null;
        }
        return new NameMapping(
                new ArrayList<>(notes.tailMap(changeSet.baseSequence(), false).values()));
    }
}
