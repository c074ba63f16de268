package io.github.hasqlite;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is to be taken back. Immutable.
 *
 * @param scope how much, counted from one transaction
 * @param position the place in the stream of that transaction; 0 for the newest one, or for the first at {@code since}
 * @param number which of the transactions that share this place, from 1; 0 for the one that has it for itself, or for the
 *     first if all from there on are taken back
 * @param since if it is not {@code null}, the transaction is the first that the stream has stored then or later, by the
 *     server's clock
 * @param takeAlong whether what is in the way is taken back, too: later changes of the same rows, of rows that have
 *     taken their unique keys, and of rows that refer to them
 */
public record UndoRequest(
        Scope scope, long position, int number, @Nullable Instant since, boolean takeAlong) {

    /** How much is taken back. */
    public enum Scope {
        /** The one transaction. */
        ONLY,
        /** It and everything after it: {@code UNDO}. */
        EVERYTHING,
        /** All changes from there on of the rows that it has changed, whoever made them: {@code UNDOE}. */
        ROWS,
        /** It and all transactions after it that have changed one of its rows, each as a whole: {@code UNDOT}. */
        TRANSACTIONS
    }

    public UndoRequest {
        Objects.requireNonNull(scope, "scope");
        if (position < 0 || (position > 0 && since != null)) {
            throw new IllegalArgumentException("a position is positive, and there is either one or a time");
        }
        if (number < 0 || (number > 0 && position == 0)) {
            throw new IllegalArgumentException("a number is positive, and belongs to a position");
        }
    }

    /** What is to be taken back, from a transaction that has its place for itself, or from the first at a place. */
    public UndoRequest(Scope scope, long position, @Nullable Instant since, boolean takeAlong) {
        this(scope, position, 0, since, takeAlong);
    }

    /** The same, from another one of the transactions that share the place. */
    public UndoRequest number(int other) {
        return new UndoRequest(scope, position, other, since, takeAlong);
    }

    /** One transaction. */
    public static UndoRequest only(long position) {
        return new UndoRequest(Scope.ONLY, position, null, false);
    }

    /** Everything from a transaction on. */
    public static UndoRequest everythingFrom(long position) {
        return new UndoRequest(Scope.EVERYTHING, position, null, false);
    }

    /** Everything since a time. */
    public static UndoRequest everythingSince(Instant time) {
        return new UndoRequest(Scope.EVERYTHING, 0, time, false);
    }

    /** All changes from a transaction on of the rows that it has changed. */
    public static UndoRequest rowsOf(long position) {
        return new UndoRequest(Scope.ROWS, position, null, false);
    }

    /** A transaction and all later ones that have changed one of its rows. */
    public static UndoRequest transactionsFrom(long position) {
        return new UndoRequest(Scope.TRANSACTIONS, position, null, false);
    }

    /** The same with what is in the way. */
    public UndoRequest takingAlong() {
        return new UndoRequest(scope, position, number, since, true);
    }
}
