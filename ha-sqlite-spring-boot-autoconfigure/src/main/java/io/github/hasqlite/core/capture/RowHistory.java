package io.github.hasqlite.core.capture;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts a change where it belongs among those of its statement. A row is captured after it was
 * changed, but a BEFORE trigger may have changed the same row already, and a foreign-key action may
 * have changed it once more before it is captured: then the images do not follow one another as they
 * did in the database.
 */
final class RowHistory {

    /** What touches the same row comes right before; looking further back costs and finds nothing. */
    private static final int LOOK_BACK = 64;

    private RowHistory() {}

    /**
     * Adds a change behind those that came before it.
     *
     * @param changes the transaction's changes
     * @param statementStart how many of them were there before the statement
     */
    static void add(List<Change> changes, int statementStart, Change change) {
        int oldest = Math.max(statementStart, changes.size() - LOOK_BACK);
        Change added = change;
        for (int i = changes.size() - 1; i >= oldest && change.operation() != Operation.INSERT; i--) {
            Change earlier = changes.get(i);
            if (!earlier.table().equals(change.table()) || earlier.operation() == Operation.SQL) {
                continue;
            }
            if (isSame(earlier.newRowid(), earlier.newValues(), change.oldRowid(), change.oldValues())) {
                break;
            }
            if (earlier.operation() == Operation.UPDATE
                    && change.operation() == Operation.UPDATE
                    && !sameImage(change.oldValues(), change.newValues())
                    && staysInPlace(earlier)
                    && isSame(earlier.oldRowid(), earlier.oldValues(), change.newRowid(), change.newValues())) {
                changes.add(firstOf(changes, oldest, i, change), change);
                return;
            }
            boolean before = isAtRow(earlier.oldRowid(), change.oldRowid());
            boolean after = isAtRow(earlier.newRowid(), change.oldRowid());
            if (earlier.operation() == Operation.UPDATE && before && after) {
                added = withOldImage(change, earlier.newValues());
                break;
            }
            if (before || after || makesRoom(earlier, change)) {
                // what comes before concerns another row, which had the same place
                break;
            }
        }
        changes.add(added);
    }

    /** Whether the place where the changed row is now became free by the earlier change. */
    private static boolean makesRoom(Change earlier, Change change) {
        return earlier.operation() != Operation.INSERT
                && change.operation() == Operation.UPDATE
                && RowSlot.before(earlier).isSame(RowSlot.after(change))
                && !staysInPlace(earlier);
    }

    private static boolean staysInPlace(Change change) {
        return change.operation() == Operation.UPDATE && RowSlot.before(change).isSame(RowSlot.after(change));
    }

    /** A foreign-key action may have changed the row several times: the first of these. */
    private static int firstOf(List<Change> changes, int oldest, int found, Change change) {
        int first = found;
        for (int i = found - 1; i >= oldest; i--) {
            Change earlier = changes.get(i);
            if (earlier.table().equals(change.table())
                    && isSame(earlier.oldRowid(), earlier.oldValues(), change.newRowid(), change.newValues())) {
                first = i;
            }
        }
        return first;
    }

    private static Change withOldImage(Change change, List<@Nullable Object> old) {
        return change.operation() == Operation.DELETE
                ? Change.delete(change.table(), change.columns(), change.pkColumns(), change.oldRowid(), old)
                : Change.update(
                        change.table(),
                        change.columns(),
                        change.pkColumns(),
                        change.oldRowid(),
                        change.newRowid(),
                        old,
                        change.newValues());
    }

    private static boolean isAtRow(@Nullable Long a, @Nullable Long b) {
        return a != null && a.equals(b);
    }

    private static boolean isSame(
            @Nullable Long rowidA, List<@Nullable Object> a, @Nullable Long rowidB, List<@Nullable Object> b) {
        return Objects.equals(rowidA, rowidB) && sameImage(a, b);
    }

    /** Whether two images are the same to the bit. */
    static boolean sameImage(List<@Nullable Object> a, List<@Nullable Object> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!Objects.deepEquals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether SQL would call the two values equal. */
    static boolean equalInSql(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number x && right instanceof Number y) {
            return x.doubleValue() == y.doubleValue();
        }
        if (left instanceof byte[] x && right instanceof byte[] y) {
            return Arrays.equals(x, y);
        }
        return Objects.equals(left, right);
    }

    /** Whether SQL would call the two images equal. */
    static boolean equalInSql(List<@Nullable Object> a, List<@Nullable Object> b) {
        for (int i = 0; i < a.size(); i++) {
            Object left = a.get(i);
            Object right = b.get(i);
            boolean equal = equalInSql(left, right);
            if (!equal) {
                return false;
            }
        }
        return true;
    }
}
