package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import java.sql.SQLException;
import java.util.List;

/**
 * Notes what the applier's statements really do to rows, so that it can be undone. This room says
 * what it needs of capture; the wiring brings the two together. Used by one thread at a time.
 */
public interface RowRecorder {

    /** Says that the triggers are gone and the schema may be another one. */
    void forgetSchema();

    /**
     * The statements with which an AFTER trigger on a table reports a row.
     *
     * @param table an ordinary table's name as stored in the schema
     * @param event {@code INSERT}, {@code UPDATE} or {@code DELETE}
     * @throws SQLException if the schema cannot be read
     */
    String report(String table, String event) throws SQLException;

    /** Begins to record; what triggers report before is ignored. */
    void start();

    /**
     * Ends recording.
     *
     * @return what was reported, in order; to be {@linkplain #release released}
     */
    List<Change> stop();

    /** Nobody will read any more what was handed over. */
    void release(List<Change> reported);

    /** How much was reported. */
    int mark();

    /** Forgets what was reported since the mark, because SQLite has undone it. */
    void cutTo(int mark);
}
