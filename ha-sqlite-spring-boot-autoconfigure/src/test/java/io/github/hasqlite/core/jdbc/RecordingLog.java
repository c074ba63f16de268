package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.Change;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** Keeps what transactions changed, for tests. Takes no commands. */
public final class RecordingLog implements CommitLog, CommitLog.Appender {

    private final List<List<Change>> transactions = new ArrayList<>();

    /** Hands over what the transactions since the last time changed, in order. */
    public synchronized List<Change> drain() {
        List<Change> changes = transactions.stream().flatMap(List::stream).toList();
        transactions.clear();
        return changes;
    }

    @Override
    public Appender open(Connection connection) {
        return this;
    }

    @Override
    public boolean places(List<Change> changes, boolean elsewhere) {
        return false;
    }

    @Override
    public Entry append(List<Change> changes) {
        return new Entry() {
            @Override
            public void committed() {
                synchronized (RecordingLog.this) {
                    transactions.add(List.copyOf(changes));
                }
            }

            @Override
            public void withdraw() {}

            @Override
            public void await() {}
        };
    }

    @Override
    public Placement place(List<Change> changes) {
        throw new UnsupportedOperationException("commands are not taken");
    }
}
