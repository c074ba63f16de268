package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.core.apply.SchemaChanges;
import io.github.hasqlite.core.outbox.OutboxTable;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedChangeSet.Extent;
import io.github.hasqlite.core.runtime.Interruption;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the place in the stream of a change set with a command that this node just published, while
 * its author holds the write lock and with it the applier up (rule R9). Parts of somebody else's
 * change set that is not complete yet have no effect, so they do not count as coming in between.
 */
public final class SchemaBarrier {

    private final Applier applier;
    private final AppliedState state;
    private final PendingQueue pending;

    public SchemaBarrier(Applier applier, AppliedState state, PendingQueue pending) {
        this.applier = applier;
        this.state = state;
        this.pending = pending;
    }

    /** What came of waiting for the echo. */
    public sealed interface Arrival {}

    /** Only this node's own change sets came before it. */
    public final class Alone implements Arrival {

        private final int messages;
        private final AppliedState.Step step;
        private final List<InboundMessage> echoes;
        private final List<String> rejected;
        private final @Nullable Pending newestEchoed;
        private final List<Conflict> conflicts = new ArrayList<>();
        private final List<AppliedChangeSet> applied;
        private final long storedNs;

        private Alone(Ahead ahead) {
            this.messages = ahead.seen;
            this.step = ahead.step;
            this.echoes = ahead.echoes;
            this.rejected = ahead.rejected;
            this.newestEchoed = ahead.newestEchoed;
            this.applied = ahead.applied;
            this.storedNs = ahead.storedNs;
        }

        /**
         * Writes what must commit with the tentative transaction, inside it; the last statement changes a row.
         *
         * @param changeSet the transaction's
         */
        public void write(Connection connection, OutboxTable outbox, ChangeSet changeSet) throws SQLException {
            if (newestEchoed != null) {
                outbox.deleteUpTo(newestEchoed.id());
            }
            for (InboundMessage echo : echoes) {
                conflicts.addAll(applier.replay().settle(connection, echo));
            }
            SchemaChanges.write(connection, step.reached(), changeSet.publisher(), changeSet.changes());
            if (applier.replay().isFollowed()) {
                applied.add(AppliedChangeSet.of(step.reached(), storedNs, Extent.of(changeSet, false)));
            }
            step.write(connection);
        }

        /**
         * The tentative transaction is committed.
         *
         * @return the newest row of the outbox that is in the stream, or 0
         */
        public long committed() {
            applier.inbox().remove(messages);
            rejected.forEach(applier.rejections()::add);
            conflicts.forEach(applier.replay()::tell);
            step.committed();
            long echoed = newestEchoed == null ? 0 : newestEchoed.id();
            if (echoed > 0) {
                pending.removeUpTo(echoed);
            }
            applied.forEach(applier.replay()::tell);
            return echoed;
        }
    }

    /** Somebody else's change set came before it, or too many did; it will be applied at its place. */
    public static final class Overtaken implements Arrival {

        private final NodeRuntime runtime;
        private final CompletableFuture<@Nullable SQLException> outcome;
        private final boolean seen;

        private Overtaken(NodeRuntime runtime, CompletableFuture<@Nullable SQLException> outcome, boolean seen) {
            this.runtime = runtime;
            this.outcome = outcome;
            this.seen = seen;
        }

        /**
         * Whether the echo has come. Otherwise more is on its way before it than is kept waiting: the
         * applier must go on first, and the change set belongs into the outbox until then.
         */
        public boolean seen() {
            return seen;
        }

        /**
         * Waits until it is applied, without the write lock.
         *
         * @throws SQLException why it failed, on all nodes alike; or that its outcome is not known
         */
        public void await(long timeoutNanos) throws SQLException {
            Interruption interruption = new Interruption();
            SQLException failure;
            try {
                failure = outcome(runtime.nanoTime() + timeoutNanos, interruption);
            } catch (TimeoutException | ExecutionException e) {
                throw new SQLException(
                        "the schema change is on its way and not applied here yet", SqlStates.OUTCOME_UNKNOWN, e);
            } finally {
                interruption.restore();
            }
            if (failure != null) {
                throw failure;
            }
        }

        private @Nullable SQLException outcome(long deadline, Interruption interruption)
                throws TimeoutException, ExecutionException {
            while (true) {
                try {
                    return runtime.await(outcome, deadline - runtime.nanoTime());
                } catch (InterruptedException e) {
                    interruption.note();
                }
            }
        }
    }

    /** No echo in time. */
    static final class Missing implements Arrival {
        private static final Missing INSTANCE = new Missing();

        private Missing() {}
    }

    /**
     * Waits for the echo, also if the thread is interrupted. The write lock is held.
     *
     * @param publisher this node's publisher id
     * @param counter the change set's counter
     * @param message what was published
     * @throws SQLException if the outbox cannot be read
     */
    public Arrival await(String publisher, long counter, byte[] message, long timeoutNanos) throws SQLException {
        Interruption interruption = new Interruption();
        applier.inbox().hold(true);
        try {
            long deadline = applier.runtime().nanoTime() + timeoutNanos;
            return arrival(new MessageJudge.Awaited(publisher, counter, message), deadline, interruption);
        } finally {
            applier.inbox().hold(false);
            interruption.restore();
        }
    }

    private boolean awaitMoreThan(int seen, long deadline, Interruption interruption) {
        while (true) {
            try {
                return applier.inbox().awaitMoreThan(seen, deadline);
            } catch (InterruptedException e) {
                interruption.note();
            }
        }
    }

    private Arrival arrival(MessageJudge.Awaited awaited, long deadline, Interruption interruption)
            throws SQLException {
        String publisher = awaited.publisher();
        long counter = awaited.counter();
        Ahead ahead = new Ahead(awaited);
        while (awaitMoreThan(ahead.seen, deadline, interruption)) {
            for (InboundMessage received : applier.inbox().after(ahead.seen)) {
                if (ahead.pass(received)) {
                    return ahead.alone
                            ? new Alone(ahead)
                            : new Overtaken(
                                    applier.runtime(), applier.commandOutcomes().expect(publisher, counter), true);
                }
            }
        }
        return applier.inbox().isFull()
                ? new Overtaken(applier.runtime(), applier.commandOutcomes().expect(publisher, counter), false)
                : Missing.INSTANCE;
    }

    /** Goes through what has come and is not applied yet, up to what is awaited. */
    private final class Ahead {

        private final MessageJudge.Awaited awaited;
        private final AppliedState.Step step = state.step();
        private final List<InboundMessage> echoes = new ArrayList<>();
        private final List<String> rejected = new ArrayList<>();
        /** What listeners are told of if nobody else's change set comes in between. */
        private final List<AppliedChangeSet> applied = new ArrayList<>();

        private long storedNs;
        private @Nullable Pending newestEchoed;
        private boolean alone = true;
        private int seen;

        private Ahead(MessageJudge.Awaited awaited) {
            this.awaited = awaited;
        }

        /** Passes one message; whether it is what is awaited. */
        private boolean pass(InboundMessage received) throws SQLException {
            seen++;
            Verdict verdict = applier.replay().judge().judge(step, pending.peek(echoes.size()), awaited, received);
            if (verdict instanceof Verdict.Echo) {
                AppliedChangeSet echo = applier.replay().echo(received, step);
                if (echo != null) {
                    applied.add(echo);
                }
            }
            if (verdict.counts()) {
                step.accept(received.publisher(), received.counter());
            }
            if (verdict instanceof Verdict.Barrier) {
                storedNs = received.message().timestampNs();
                return true;
            }
            if (verdict instanceof Verdict.Echo echo) {
                // what an earlier start of this node left in the outbox is somebody else's to all nodes,
                // and a command has not taken effect here yet
                alone &= received.publisher().equals(awaited.publisher())
                        && !echo.row().command();
                echoes.add(received);
                newestEchoed = echo.row();
            } else if (verdict instanceof Verdict.Rejected reason) {
                rejected.add(RejectionLog.text(received, reason.reason()));
            } else if (verdict instanceof Verdict.Notice notice) {
                // what is asked for at this place is the applier's to answer, before anything that follows
                alone &= !notice.asksForSomething();
            } else if (verdict.counts() || verdict instanceof Verdict.Break) {
                alone = false;
            }
            return false;
        }
    }
}
