package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The savepoints of one transaction, with what the capture buffer held when each was set. */
final class Savepoints {

    private record Open(String name, int mark, String statement) {}

    private final List<Open> open = new ArrayList<>();

    private final @Nullable Recorder recorder;
    private boolean began;

    Savepoints(@Nullable Recorder recorder) {
        this.recorder = recorder;
    }

    /**
     * A statement has set one.
     *
     * @param begins whether the transaction began with it
     */
    void set(ParsedSql sql, boolean begins) {
        began |= begins;
        open.add(new Open(sql.name(), recorder == null ? 0 : recorder.mark(), sql.text()));
    }

    /** Whether the transaction began with the outermost of them, and not with BEGIN. */
    boolean beganTransaction() {
        return began;
    }

    /** Whether releasing the newest savepoint of this name commits. */
    boolean commitsWithRelease(String name) {
        return began && find(name) == 0;
    }

    /** Releases the newest savepoint of a name, with all in it. */
    <T> T release(String name, SqlCall<T> call) throws SQLException {
        T result = call.run();
        int index = find(name);
        if (index >= 0) {
            open.subList(index, open.size()).clear();
        }
        return result;
    }

    /** Takes back what was done since the newest savepoint of a name was set, and the savepoints in it. */
    <T> T rollBackTo(String name, SqlCall<T> call) throws SQLException {
        T result = call.run();
        int index = find(name);
        if (index >= 0) {
            if (recorder != null) {
                recorder.cutTo(open.get(index).mark);
            }
            open.subList(index + 1, open.size()).clear();
        }
        return result;
    }

    private int find(String name) {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (SqlIdentifier.isSame(open.get(i).name, name)) {
                return i;
            }
        }
        return -1;
    }

    void clear() {
        began = false;
        open.clear();
    }

    /** The statements that set the savepoints, oldest first. */
    List<String> statements() {
        return open.stream().map(Open::statement).toList();
    }
}
