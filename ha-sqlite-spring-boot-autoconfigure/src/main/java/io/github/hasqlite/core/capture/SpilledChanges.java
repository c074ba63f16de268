package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.LargeChanges;
import java.util.Iterator;
import java.util.List;

/** Changes of which the first are in a file and the last in memory. Good until the file is closed. */
final class SpilledChanges extends LargeChanges {

    private final ChangeFile file;
    private final List<Change> tail;

    SpilledChanges(ChangeFile file, List<Change> tail) {
        this.file = file;
        this.tail = tail;
    }

    ChangeFile file() {
        return file;
    }

    List<Change> tail() {
        return tail;
    }

    @Override
    public int size() {
        return file.size() + tail.size();
    }

    @Override
    public boolean hasCommands() {
        return file.hasCommands() || ChangeSet.hasCommands(tail);
    }

    @Override
    public Iterator<Change> iterator() {
        Iterator<Change> first = file.iterator(0);
        Iterator<Change> second = tail.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return first.hasNext() || second.hasNext();
            }

            @Override
            public Change next() {
                return first.hasNext() ? first.next() : second.next();
            }
        };
    }
}
