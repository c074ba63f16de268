package io.github.hasqlite;

import java.util.AbstractList;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a large transaction, which are not in memory: each iteration reads them anew from
 * where they are kept. Going through them in order, also by {@link #get} with rising numbers, takes no
 * more memory than the largest of them; going back by number starts again at the first.
 *
 * <p>Good only as long as they are kept: for whom it is handed to until its method returns, for an
 * interceptor until the transaction ends. Not thread-safe. Where they cannot be read, {@link
 * java.io.UncheckedIOException} is thrown.
 */
public abstract class LargeChanges extends AbstractList<Change> {

    private @Nullable Iterator<Change> cursor;
    private int next;

    /** For whoever keeps changes somewhere. */
    protected LargeChanges() {}

    /** Goes through all changes from the first. */
    @Override
    public abstract Iterator<Change> iterator();

    /** Whether a statement that travels as text is among them. Costs nothing. */
    public abstract boolean hasCommands();

    @Override
    public Change get(int index) {
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException("change " + index + " of " + size());
        }
        Iterator<Change> reading = cursor;
        if (reading == null || index < next) {
            reading = iterator();
            cursor = reading;
            next = 0;
        }
        while (next < index) {
            reading.next();
            next++;
        }
        next++;
        return reading.next();
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }
}
