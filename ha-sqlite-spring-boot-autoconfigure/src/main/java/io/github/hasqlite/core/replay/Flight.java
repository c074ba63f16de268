package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.GroupedChanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Undecided commits that are brought into the stream together, as one change set, behind one sequence. What its fields
 * say is changed by {@link UndecidedCommits} alone, with its monitor held.
 */
public final class Flight {

    private final List<UndecidedCommit> commits;
    private final long expected;
    private final long counter;
    private final CompletableFuture<Fate> later = new CompletableFuture<>();
    private volatile @Nullable Content content;
    /** Its place in the stream; 0 as long as it is not accepted. */
    private long sequence;
    /** It was taken out of the database, although it is not known what became of it. */
    private boolean detached;
    /** That is known. */
    private boolean resolved;

    /**
     * Commits on their way.
     *
     * @param expected the stream's last sequence, if it is to be accepted
     * @param counter its place among this publisher's change sets
     */
    Flight(List<UndecidedCommit> commits, long expected, long counter) {
        this.commits = List.copyOf(commits);
        this.expected = expected;
        this.counter = counter;
    }

    private record Content(ChangeSet changeSet, byte[] message) {}

    List<UndecidedCommit> commits() {
        return commits;
    }

    /** The stream's last sequence, if it is to be accepted. */
    public long expected() {
        return expected;
    }

    /** Its place among this publisher's change sets. */
    public long counter() {
        return counter;
    }

    /** What all its transactions did, in their order. */
    public List<Change> changes() {
        if (commits.size() == 1) {
            return commits.get(0).changes();
        }
        List<Change> all = new ArrayList<>();
        List<GroupedChanges.Transaction> transactions = new ArrayList<>();
        for (UndecidedCommit commit : commits) {
            all.addAll(commit.changes());
            transactions.add(new GroupedChanges.Transaction(commit.changes().size(), commit.committedNs()));
        }
        return GroupedChanges.of(all, transactions);
    }

    /** Completes with what became of it after it was {@linkplain Fate.Detached detached}. */
    public CompletableFuture<Fate> later() {
        return later;
    }

    /** It is about to be published. */
    public void loaded(ChangeSet changeSet, byte[] message) {
        content = new Content(changeSet, message);
    }

    /** Whether this is what was published. */
    boolean is(InboundMessage received) {
        Content published = content;
        return published != null
                && received.sequence() == expected + 1
                && received.part() == null
                && Arrays.equals(published.message, received.message().data());
    }

    ChangeSet changeSet() {
        Content published = content;
        if (published == null) {
            throw new IllegalStateException("nothing of it was published");
        }
        return published.changeSet;
    }

    UndecidedCommit last() {
        return commits.get(commits.size() - 1);
    }

    long lastRow() {
        return last().row().id();
    }

    long sequence() {
        return sequence;
    }

    void accepted(long place) {
        sequence = place;
    }

    /** It is taken out of the database; whether it is still to be learned what became of it. */
    boolean detach() {
        detached = !resolved;
        return detached;
    }

    /** It is known what became of it; whether that was waited for. */
    boolean resolve() {
        boolean awaited = detached && !resolved;
        resolved = true;
        return awaited;
    }
}
