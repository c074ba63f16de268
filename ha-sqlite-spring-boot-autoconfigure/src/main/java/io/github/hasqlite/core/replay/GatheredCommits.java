package io.github.hasqlite.core.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Undecided commits that are not on their way yet, the oldest first. Not thread-safe. */
final class GatheredCommits {

    /** More would make a message that takes long to apply, and a transaction that others wait for. */
    private static final int MAX_COMMITS = 256;

    private static final int MAX_BYTES = 256 << 10;

    /** As long as others are about to commit, they are waited for: so many make a message worth it, */
    private static final int ENOUGH = 64;

    /** and no commit waits for longer. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Deque<UndecidedCommit> commits = new ArrayDeque<>();
    private long since;

    boolean isEmpty() {
        return commits.isEmpty();
    }

    /** The oldest, or {@code null}. */
    @Nullable
    UndecidedCommit first() {
        return commits.peekFirst();
    }

    /** The newest, or {@code null}. */
    @Nullable
    UndecidedCommit last() {
        return commits.peekLast();
    }

    List<UndecidedCommit> all() {
        return List.copyOf(commits);
    }

    void add(UndecidedCommit commit, long nanoTime) {
        if (commits.isEmpty()) {
            since = nanoTime;
        }
        commits.addLast(commit);
    }

    /** Whether it is worth waiting for more. */
    boolean isEarly(long nanoTime) {
        return commits.size() < ENOUGH && nanoTime - since < PATIENCE_NANOS;
    }

    /** Removes the oldest, as many as one message holds. */
    List<UndecidedCommit> take(int maxBytes) {
        List<UndecidedCommit> taken = new ArrayList<>();
        int bytes = 0;
        while (!commits.isEmpty() && taken.size() < MAX_COMMITS && bytes < Math.min(MAX_BYTES, maxBytes)) {
            UndecidedCommit commit = commits.removeFirst();
            bytes += commit.bytes();
            taken.add(commit);
        }
        return taken;
    }

    /** They are the oldest again. */
    void putBack(List<UndecidedCommit> taken) {
        for (int i = taken.size() - 1; i >= 0; i--) {
            commits.addFirst(taken.get(i));
        }
    }

    void clear() {
        commits.clear();
    }
}
