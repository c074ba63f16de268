package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of one row, as change sets are gone through. Not thread-safe. */
final class RowTrack {

    /**
     * A row as it was once.
     *
     * @param values one for each column
     * @param rowid its rowid; {@code null} where it has none or it is unknown
     */
    record Image(List<@Nullable Object> values, @Nullable Long rowid) {

        boolean isSame(@Nullable Image other) {
            return other != null && ValueList.same(values, other.values);
        }
    }

    private final Change sample;
    private @Nullable Image now;
    private @Nullable Image target;
    private boolean taken;
    private long changedSince;
    private long count;

    /**
     * Begins with what a row was.
     *
     * @param sample a change of the same table
     * @param before {@code null} if there was no such row
     */
    RowTrack(Change sample, @Nullable Image before) {
        this.sample = sample;
        this.now = before;
    }

    /** The row as it is now; {@code null} if there is none. */
    @Nullable
    Image now() {
        return now;
    }

    /** The row as it is to be again; {@code null} if there was none. */
    @Nullable
    Image target() {
        return target;
    }

    /** A change of the same table. */
    Change sample() {
        return sample;
    }

    /** Whether something of it is taken back. */
    boolean isTaken() {
        return taken;
    }

    /** The place of the first change that is not taken back although one before it is; 0 if there is none. */
    long changedSince() {
        return changedSince;
    }

    /**
     * It is changed.
     *
     * @param after what it is then; {@code null} if it is gone
     * @param take whether that is taken back
     * @param sequence where in the stream
     */
    void becomes(@Nullable Image after, boolean take, long sequence) {
        if (take && !taken) {
            taken = true;
            target = now;
        } else if (!take && taken && changedSince == 0) {
            changedSince = sequence;
        }
        now = after;
    }

    // ---- rows that only their values tell apart

    /** There is one more such row, or one less if it is negative, because of what is taken back. */
    void count(int more, @Nullable Long rowid) {
        taken = true;
        count += more;
        Image known = now;
        if (known != null && rowid != null) {
            now = new Image(known.values(), rowid);
        }
    }

    /** How many more such rows there are because of what is taken back. */
    long count() {
        return count;
    }
}
