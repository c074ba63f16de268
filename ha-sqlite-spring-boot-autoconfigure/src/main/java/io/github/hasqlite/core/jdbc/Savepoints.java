package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
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

    Savepoints(@Nullable Recorder recorder) {
        this.recorder = recorder;
    }

    /** A statement has set one. */
    void set(ParsedSql sql) {
        open.add(new Open(sql.name(), recorder == null ? 0 : recorder.mark(), sql.text()));
    }

    /** Whether the newest savepoint of this name is the one that all others are in. */
    boolean isOutermost(String name) {
        return find(name) == 0;
    }

    /** The newest savepoint of this name is gone, with all in it. */
    void release(String name) {
        int index = find(name);
        if (index >= 0) {
            open.subList(index, open.size()).clear();
        }
    }

    /** What was recorded since the newest savepoint of this name was set is gone, and the savepoints in it. */
    void rollBackTo(String name) throws SQLException {
        int index = find(name);
        if (index >= 0) {
            if (recorder != null) {
                recorder.cutTo(open.get(index).mark);
            }
            open.subList(index + 1, open.size()).clear();
        }
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
        open.clear();
    }

    /** The statements that set the savepoints, oldest first. */
    List<String> statements() {
        return open.stream().map(Open::statement).toList();
    }
}
