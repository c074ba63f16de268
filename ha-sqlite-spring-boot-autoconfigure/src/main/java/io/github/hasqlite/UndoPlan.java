package io.github.hasqlite;

import java.util.List;

/**
 * What taking something back does. Immutable.
 *
 * @param request what was asked for
 * @param from the place in the stream of the first transaction that counts
 * @param seen the place up to which the stream was looked at
 * @param transactions the places of the transactions of which something is taken back, oldest first, at most {@link
 *     #MAX_TRANSACTIONS} of them
 * @param changes what becomes of each row: from what it is now to what it was. Empty if everything is as it was already
 * @param conflicts what is in the way; as long as there is something, nothing is done
 */
public record UndoPlan(
        UndoRequest request,
        long from,
        long seen,
        List<Long> transactions,
        List<Change> changes,
        List<UndoConflict> conflicts) {

    /** Of more transactions than this the others are not named. */
    public static final int MAX_TRANSACTIONS = 10_000;

    public UndoPlan {
        transactions = List.copyOf(transactions);
        changes = List.copyOf(changes);
        conflicts = List.copyOf(conflicts);
    }

    /** Whether it can be done. */
    public boolean isPossible() {
        return conflicts.isEmpty();
    }
}
