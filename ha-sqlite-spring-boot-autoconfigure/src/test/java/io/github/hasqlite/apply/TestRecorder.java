package io.github.hasqlite.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.capture.RowImages;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConnection;

/** The recorder that the wiring makes, for tests of this package alone. */
public final class TestRecorder implements RowRecorder {

    private final RowImages images;

    public TestRecorder(SQLiteConnection connection) throws SQLException {
        images = new RowImages(connection);
    }

    @Override
    public void forgetSchema() {
        images.forgetSchema();
    }

    @Override
    public String report(String table, String event) throws SQLException {
        return images.report(table, event);
    }

    @Override
    public void start() {
        images.start();
    }

    @Override
    public List<Change> stop() {
        return images.stop();
    }

    @Override
    public int mark() {
        return images.mark();
    }

    @Override
    public void cutTo(int mark) {
        images.cutTo(mark);
    }
}
