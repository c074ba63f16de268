package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.util.ArrayList;
import java.util.List;

/** The savepoints of one transaction, with what the capture buffer held when each was set. */
final class Savepoints {

    private record Open(String name, int mark, String statement) {}

    private final List<Open> open = new ArrayList<>();

    void set(String name, int mark, String statement) {
        open.add(new Open(name, mark, statement));
    }

    /** Where the newest savepoint of this name stands, or -1. */
    int find(String name) {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (SqlIdentifier.isSame(open.get(i).name, name)) {
                return i;
            }
        }
        return -1;
    }

    /** What the capture buffer held when the savepoint was set. */
    int mark(int index) {
        return open.get(index).mark;
    }

    /** Forgets the savepoint at {@code index} and all after it. */
    void removeFrom(int index) {
        open.subList(index, open.size()).clear();
    }

    void clear() {
        open.clear();
    }

    /** The statements that set the savepoints, oldest first. */
    List<String> statements() {
        return open.stream().map(Open::statement).toList();
    }
}
