package io.github.hasqlite.core.commit;

import io.github.hasqlite.SerializationFailureException;
import io.github.hasqlite.core.replay.Fate;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What becomes of transactions of commit mode {@code strict} that are rolled back or taken back here, and what their callers are told. */
final class StrictOutcomes {

    private static final long OUTCOME_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final NodeRuntime runtime;
    private final StreamPosition position;
    private final LastCommits commits;
    /** How long a commit waits for the stream, and a loser to be tried again. */
    private final Duration timeout;

    StrictOutcomes(NodeSettings settings, StreamPosition position, LastCommits commits) {
        this.runtime = settings.runtime();
        this.position = position;
        this.commits = commits;
        this.timeout = settings.publisherTimeout();
    }

    static SQLException notPublished(String why) {
        return new SQLException(
                "in strict mode a transaction commits in the stream, but " + why
                        + "; it was rolled back, nothing of it took effect, try again",
                SqlStates.CANNOT_CONNECT);
    }

    /** What a transaction was made on top of was taken back. */
    static SerializationFailureException abandoned() {
        return new SerializationFailureException(
                "this transaction was made on top of another one of this node of which it is not known whether the stream"
                        + " has accepted it; it was rolled back, nothing of it took effect, do all of it again");
    }

    /** What becomes of it if it was not sent, or nobody knows. */
    RolledBack unresolved(CompareAndSet.Result result) throws SQLException {
        if (result instanceof CompareAndSet.NotSent notSent) {
            throw notPublished(notSent.reason());
        }
        return new Unresolved(((CompareAndSet.Unknown) result).reason());
    }

    /**
     * Tells the caller of a transaction that was committed here before the stream has accepted it.
     *
     * @throws SQLException if it does not stay committed, with why
     */
    void tell(Fate fate) throws SQLException {
        if (fate instanceof Fate.Accepted accepted) {
            commits.inStream(accepted.sequence());
        } else if (fate instanceof Fate.Beaten beaten) {
            new Beaten(beaten.sequence()).await();
        } else if (fate instanceof Fate.NotSent notSent) {
            throw notPublished(notSent.reason());
        } else if (fate instanceof Fate.Detached detached) {
            tell(later(detached.later()));
        } else if (fate instanceof Fate.InStream inStream) {
            new Elsewhere(inStream.sequence(), CompletableFuture.completedFuture(null)).await();
        } else if (fate instanceof Fate.Unknown unknown) {
            new Unresolved(unknown.reason()).await();
        } else {
            throw abandoned();
        }
    }

    private Fate later(CompletableFuture<Fate> fate) {
        try {
            return runtime.await(fate, timeout.toNanos() + OUTCOME_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Fate.Unknown("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            return new Fate.Unknown("no answer came");
        }
    }

    /** Others came first. */
    final class Beaten extends RolledBack {

        private final long sequence;

        Beaten(long sequence) {
            this.sequence = sequence;
        }

        @Override
        public void await() throws SQLException {
            boolean caughtUp = false;
            try {
                caughtUp = position.await(sequence, runtime.nanoTime() + timeout.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SerializationFailureException(
                    "another transaction came first in the stream, as message " + sequence
                            + "; this one was rolled back, nothing of it took effect, do all of it again"
                            + (caughtUp ? "" : " (this node has not applied that message yet)"));
        }
    }

    /** The stream has accepted it behind others: the applier brings it here, after them. */
    final class Elsewhere extends RolledBack {

        private final long sequence;
        private final CompletableFuture<@Nullable SQLException> outcome;

        Elsewhere(long sequence, CompletableFuture<@Nullable SQLException> outcome) {
            this.sequence = sequence;
            this.outcome = outcome;
        }

        @Override
        public void await() throws SQLException {
            commits.inStream(sequence);
            SQLException failure;
            try {
                if (!position.await(sequence, runtime.nanoTime() + timeout.toNanos())) {
                    throw notApplied(null);
                }
                failure = runtime.await(outcome, OUTCOME_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw notApplied(e);
            } catch (ExecutionException | TimeoutException e) {
                throw notApplied(e);
            }
            if (failure != null) {
                throw failure;
            }
        }

        private SQLException notApplied(@Nullable Exception cause) {
            return new SQLException(
                    "the transaction is committed in the stream as message " + sequence
                            + ", but not applied on this node yet; do not repeat it",
                    SqlStates.OUTCOME_UNKNOWN,
                    cause);
        }
    }

    /** It may be in the stream or not. */
    final class Unresolved extends RolledBack {

        private final String reason;

        Unresolved(String reason) {
            this.reason = reason;
        }

        @Override
        public void await() throws SQLException {
            throw new SQLException(
                    "it is not known whether the stream has accepted the transaction (" + reason + ", within " + timeout
                            + "): it was rolled back on this node, and is applied on all nodes if the stream has it",
                    SqlStates.OUTCOME_UNKNOWN);
        }
    }
}
