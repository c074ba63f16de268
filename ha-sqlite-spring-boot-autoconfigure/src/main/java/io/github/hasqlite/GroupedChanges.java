package io.github.hasqlite;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of several transactions of one node that have come into the stream together, one after the other: group
 * commit of commit mode {@code strict}. They take effect together, at one place; {@link ChangeSet#transactions} tells
 * them apart. Immutable.
 */
public final class GroupedChanges extends AbstractList<Change> {

    private final List<Change> all;
    private final List<Transaction> transactions;

    /**
     * One of the transactions.
     *
     * @param size how many changes it has, at least one
     * @param timestampNs when it was committed, nanoseconds since 1970-01-01T00:00Z by the writer's clock
     */
    public record Transaction(int size, long timestampNs) {}

    private GroupedChanges(List<Change> all, List<Transaction> transactions) {
        this.all = List.copyOf(all);
        this.transactions = List.copyOf(transactions);
    }

    /**
     * Changes of several transactions.
     *
     * @param all the changes, in order
     * @param transactions how they are divided, in the same order
     * @return {@code all} if they cannot be divided in this way, or there is one transaction only
     */
    public static List<Change> of(List<Change> all, List<Transaction> transactions) {
        long total = 0;
        for (Transaction transaction : transactions) {
            if (transaction.size < 1) {
                return all;
            }
            total += transaction.size;
        }
        boolean divided = transactions.size() > 1 && total == all.size() && !(all instanceof LargeChanges);
        return divided ? new GroupedChanges(all, transactions) : all;
    }

    /** How they are divided. */
    public List<Transaction> transactions() {
        return transactions;
    }

    @Override
    public Change get(int index) {
        return all.get(index);
    }

    @Override
    public int size() {
        return all.size();
    }

    /** The single transactions of a change set that holds these. */
    List<ChangeSet> divide(ChangeSet whole) {
        List<ChangeSet> divided = new ArrayList<>(transactions.size());
        int first = 0;
        for (Transaction transaction : transactions) {
            List<Change> own = all.subList(first, first + transaction.size);
            divided.add(new ChangeSet(
                    whole.node(),
                    whole.processId(),
                    whole.filename(),
                    transaction.timestampNs,
                    whole.publisher(),
                    whole.counter(),
                    whole.baseSequence(),
                    whole.streamSequence(),
                    new OfOne(own, divided.size() + 1, first)));
            first += transaction.size;
        }
        return List.copyOf(divided);
    }

    /** The changes of one of them, which knows its place among the others. */
    static final class OfOne extends AbstractList<Change> {

        private final List<Change> changes;
        private final int number;
        private final int first;

        private OfOne(List<Change> changes, int number, int first) {
            this.changes = changes;
            this.number = number;
            this.first = first;
        }

        /** From 1. */
        int number() {
            return number;
        }

        /** How many changes come before it. */
        int first() {
            return first;
        }

        /** Other changes of the same transaction. */
        OfOne with(List<Change> changed) {
            return new OfOne(List.copyOf(changed), number, first);
        }

        @Override
        public Change get(int index) {
            return changes.get(index);
        }

        @Override
        public int size() {
            return changes.size();
        }
    }
}
