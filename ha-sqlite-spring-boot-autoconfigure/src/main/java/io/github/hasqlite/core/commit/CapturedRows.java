package io.github.hasqlite.core.commit;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.apply.RowRecorder;
import io.github.hasqlite.core.capture.RowImages;
import java.sql.SQLException;
import java.util.List;

/** Lets the applier use what capture knows of triggers and rows. */
public record CapturedRows(RowImages images) implements RowRecorder {

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
    public void release(List<Change> reported) {
        RowImages.release(reported);
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
