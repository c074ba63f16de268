package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of the transaction that is open on one connection, in order. SQLite does not undo
 * function calls, so whoever runs statements sets marks and cuts back to them when SQLite rolled
 * something back.
 *
 * <p>Beyond some megabytes all but the newest changes are in a temporary file. Cutting brings no more
 * than one segment of it back into memory. Only {@link #insert} far behind the end takes the memory
 * of all that follows; that needs a statement whose triggers write megabytes for one row, and replace
 * a row that was there before. Where the file cannot be written or read, {@link
 * java.io.UncheckedIOException} is thrown, and the buffer is as it was before.
 *
 * <p>Not thread-safe.
 */
public final class CaptureBuffer {

    /** What changes may take in memory, in bytes. */
    static final long MAX_WEIGHT = 8L << 20;

    /** What stays in memory when the others go to the file. */
    private static final long KEPT_WEIGHT = 2L << 20;

    private final Path folder;
    private List<Change> changes = new ArrayList<>();
    private long weight;
    private @Nullable ChangeFile file;
    private int statementStart;

    /**
     * Creates an empty buffer.
     *
     * @param folder where the changes of large transactions go
     */
    public CaptureBuffer(Path folder) {
        this.folder = folder;
    }

    /** Adds a change at the end. */
    public void add(Change change) {
        changes.add(change);
        weight += ChangeBytes.weight(change);
        if (weight > MAX_WEIGHT) {
            spill();
        }
    }

    /** Adds a row's change where it belongs among the changes of its statement. */
    void addChained(Change change) {
        RowHistory.add(new All(), statementStart, change);
    }

    /** One of the changes. */
    Change get(int index) {
        int inFile = inFile();
        return file != null && index < inFile ? file.get(index) : changes.get(index - inFile);
    }

    /** Puts a change in front of the one at this place. */
    void insert(int index, Change change) {
        if (file != null && index < inFile()) {
            bringBack(index);
        }
        changes.add(index - inFile(), change);
        weight += ChangeBytes.weight(change);
    }

    private int inFile() {
        return file == null ? 0 : file.size();
    }

    /** All but the newest go to the file. */
    private void spill() {
        ChangeFile target = file;
        if (target == null) {
            target = ChangeFile.create(folder);
            file = target;
        }
        int gone = 0;
        try {
            while (weight > KEPT_WEIGHT && gone < changes.size()) {
                int written = target.append(changes.subList(gone, changes.size()));
                weight -= weightOf(changes.subList(gone, gone + written));
                gone += written;
            }
        } finally {
            changes.subList(0, gone).clear();
        }
    }

    private void bringBack(int index) {
        ChangeFile source = file;
        if (source == null) {
            return;
        }
        List<Change> all = new ArrayList<>();
        source.iterator(index).forEachRemaining(all::add);
        all.addAll(changes);
        all.addAll(0, source.cutTo(index));
        changes = all;
        weight = weightOf(all);
    }

    private static long weightOf(List<Change> some) {
        long sum = 0;
        for (Change change : some) {
            sum += ChangeBytes.weight(change);
        }
        return sum;
    }

    /** The next statement begins. */
    void statementBegins() {
        statementStart = mark();
    }

    /** The present length, to come back to. */
    public int mark() {
        return inFile() + changes.size();
    }

    /** Forgets everything added since the mark was taken. */
    public void cutTo(int mark) {
        ChangeFile source = file;
        if (mark == 0) {
            close(source);
            file = null;
            changes.clear();
            weight = 0;
        } else if (source != null && mark < source.size()) {
            changes = source.cutTo(mark);
            weight = weightOf(changes);
        } else {
            List<Change> gone = changes.subList(mark - inFile(), changes.size());
            weight -= weightOf(gone);
            gone.clear();
        }
    }

    /**
     * A change by which one can tell whether what was added since the mark is in the database: the
     * insertion of a row that was not there before, or the deletion of one that was.
     *
     * @return {@code null} if all of it came to nothing
     */
    public @Nullable Change visible(int mark) {
        return StatementEffect.visible(
                file == null ? changes.subList(mark, changes.size()) : () -> new All().listIterator(mark));
    }

    /**
     * Hands over all changes and starts anew. If they are a {@link io.github.hasqlite.LargeChanges}, they
     * are to be {@linkplain #release released}.
     */
    public List<Change> drain() {
        ChangeFile filled = file;
        if (filled != null && filled.size() == 0) {
            filled.close();
            filled = null;
        }
        List<Change> drained = filled == null ? changes : new SpilledChanges(filled, changes);
        file = null;
        changes = new ArrayList<>();
        weight = 0;
        return drained;
    }

    /** Takes back what was drained and not released, when the commit it was drained for did not happen. */
    public void restore(List<Change> drained) {
        if (drained instanceof SpilledChanges spilled) {
            file = spilled.file();
            changes = new ArrayList<>(spilled.tail());
        } else {
            changes = new ArrayList<>(drained);
        }
        weight = weightOf(changes);
    }

    /** Deletes the file of what was drained, if it has one: nobody will read it any more. */
    public static void release(List<Change> drained) {
        if (drained instanceof SpilledChanges spilled) {
            close(spilled.file());
        }
    }

    private static void close(@Nullable ChangeFile file) {
        if (file != null) {
            file.close();
        }
    }

    /** The changes wherever they are. */
    private final class All extends AbstractList<Change> {

        @Override
        public Change get(int index) {
            return CaptureBuffer.this.get(index);
        }

        @Override
        public int size() {
            return mark();
        }

        @Override
        public void add(int index, Change change) {
            if (index == size()) {
                CaptureBuffer.this.add(change);
            } else {
                insert(index, change);
            }
        }
    }
}
