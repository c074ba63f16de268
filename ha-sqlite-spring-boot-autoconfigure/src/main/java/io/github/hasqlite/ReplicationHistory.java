package io.github.hasqlite;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/**
 * What was committed in the cluster, as far as the stream still holds it, and the way to take it back. Thread-safe; each
 * method works on the calling thread and asks the stream.
 *
 * <p>Taking back is a new transaction that gives rows the images that they had before. It replicates like any other,
 * waits as the commit mode demands, and can be taken back itself. Rows are found by their primary key, rows of tables
 * without one by all their values. Triggers of the application do not run: what they did is taken back with the rest.
 */
public interface ReplicationHistory {

    /**
     * Reads change sets, the newest first. Waits first until the stream has what this node has committed.
     *
     * @return those that fit, at most {@link HistoryQuery#limit()}; older ones that fit may have left the stream
     * @throws IOException if the stream cannot be read
     * @throws SQLException if the database cannot be read
     */
    List<HistoryEntry> read(HistoryQuery query) throws IOException, SQLException;

    /**
     * Finds out what taking something back would do, without doing it: a dry run. Waits first until the stream has what
     * this node has committed, and holds the write lock for as long as it tries.
     *
     * @return the rows as they would be, or what is in the way
     * @throws SQLException if it cannot be taken back at all, with what to do instead: it has left the stream, or
     *     changes the schema (SQLState 55000); there is no such transaction (22023); it changes more rows than {@code
     *     ha.sqlite.history.max-rows} (54000)
     * @throws IOException if the stream cannot be read
     */
    UndoPlan plan(UndoRequest request) throws IOException, SQLException;

    /**
     * Does what was planned, if it is still possible.
     *
     * @return the position of the transaction that has taken back, or one behind it; 0 if there was nothing to do
     * @throws UndoConflictException if something is in the way; nothing was done
     * @throws SerializationFailureException if rows are not as the plan has seen them any more (SQLState 40001);
     *     nothing was done, so make another plan
     * @throws SQLException as {@link #plan} does, and as any commit does
     * @throws IOException if the stream cannot be read
     */
    long undo(UndoPlan plan) throws IOException, SQLException;

    /**
     * Plans and does it, again if others have changed the rows in between.
     *
     * @return what was done
     * @see #undo(UndoPlan)
     */
    UndoPlan undo(UndoRequest request) throws IOException, SQLException;
}
