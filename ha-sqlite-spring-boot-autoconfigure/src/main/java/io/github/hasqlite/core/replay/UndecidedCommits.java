package io.github.hasqlite.core.replay;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.outbox.Pending;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is committed in this database and not accepted by the stream yet, in commit order, in commit mode
 * {@code strict}: gathered, then on its way as one {@link Flight}, then accepted, and settled once its place is
 * written with the rows. What the stream cannot accept any more is doomed, with all that was committed on top of it,
 * until the applier has taken it out of the database.
 *
 * <p>Thread-safe. What says so is for those who hold the write lock.
 */
public final class UndecidedCommits {

    private final NodeRuntime runtime;
    private final Runnable wakeApplier;
    private final FateMonitor monitor;
    private final GatheredCommits gathered = new GatheredCommits();
    private final AcceptedFlights accepted;
    private String publisher = "";
    private @Nullable Flight flight;
    /** What becomes of what is on its way, and of all behind it, once it is taken out of the database. */
    private volatile @Nullable Doom doom;

    private boolean leading;
    private boolean closed;
    /** Flights that were taken back here, and of which it is not known what became of them in the stream. */
    private int unresolved;
    /** Nothing is applied any more, so nothing could be taken back. */
    private boolean standing;
    /** What is undecided is being taken out of the database. */
    private volatile boolean takingBack;
    /** Others came before what is on its way, and the applier is to find out what that means. */
    private boolean lost;
    /** Somebody holds the write lock and waits. */
    private boolean watched;

    private volatile @Nullable UndecidedCommit newest;
    private final AtomicLong takenBack = new AtomicLong();
    /** Whether several were on their way together the last time. */
    private volatile boolean crowded;

    /** What becomes of those on their way, and of those that were not sent. */
    private record Doom(Fate ofFlight, Fate ofOthers) {}

    UndecidedCommits(NodeRuntime runtime, AppliedState state, Runnable wakeApplier) {
        this.runtime = runtime;
        this.accepted = new AcceptedFlights(state);
        this.wakeApplier = wakeApplier;
        this.monitor = new FateMonitor(runtime);
    }

    /** Says which publisher's change sets these are. */
    public void publisher(String id) {
        publisher = id;
    }

    String publisher() {
        return publisher;
    }

    // ---- what readers ask

    /** The newest transaction that is committed here or about to be, whatever became of it; {@code null} if none was. */
    public @Nullable UndecidedCommit newest() {
        return newest;
    }

    /** How often something was taken out of the database that had been committed. */
    public long takenBack() {
        return takenBack.get();
    }

    /** Whether something is undecided. */
    public boolean isAny() {
        UndecidedCommit last = newest;
        return last != null && !last.isDecided();
    }

    /** Whether several transactions came together last, so that others are likely to come now. */
    public boolean isCrowded() {
        return crowded;
    }

    // ---- committing, with the write lock held

    /** Whether a transaction may be committed before the stream has accepted it. */
    public boolean mayCommitFirst() {
        return monitor.locked(() -> !isDoomedHere() && unresolved == 0 && !standing && !closed);
    }

    /** A transaction is about to be committed. */
    public UndecidedCommit begin(Pending row, List<Change> changes, int bytes) {
        return monitor.locked(() -> {
            if (!isAny() && accepted.isEmpty()) {
                accepted.beginBehindApplied(publisher);
            }
            UndecidedCommit commit = new UndecidedCommit(
                    row, changes, bytes, TimeUnit.MILLISECONDS.toNanos(runtime.currentTimeMillis()));
            newest = commit;
            return commit;
        });
    }

    /** It is committed. */
    public void committed(UndecidedCommit commit) {
        monitor.locked(() -> gathered.add(commit, runtime.nanoTime()));
    }

    /** It is not committed after all. */
    public void withdrawn(UndecidedCommit commit) {
        monitor.locked(() -> {
            UndecidedCommit last = gathered.last();
            newest = last == null && flight != null ? flight.last() : last;
            commit.fate().complete(new Fate.Withdrawn());
        });
    }

    /** The place behind which the next transaction would be stored: of what was accepted or applied last. */
    public long tip() {
        return accepted.tip();
    }

    /** What was accepted and is not settled yet, the oldest first. */
    List<Flight> unsettled() {
        return monitor.locked(accepted::all);
    }

    /** These are settled. */
    void settled(List<Flight> flights) {
        monitor.locked(() -> accepted.remove(flights));
    }

    /** Whether what is undecided stays so until the applier has had the write lock. */
    public boolean needsApplier() {
        return monitor.locked(() -> isDoomedHere() || lost);
    }

    /**
     * Waits until nothing is undecided, as long as that needs neither the applier nor somebody to bring it into the
     * stream.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     */
    public void awaitDecided(long deadlineNanos) throws InterruptedException {
        monitor.locked(() -> {
            watched = true;
        });
        try {
            monitor.awaitWhile(() -> isAny() && !isDoomedHere() && !lost && leading, deadlineNanos);
        } finally {
            monitor.locked(() -> {
                watched = false;
            });
        }
    }

    // ---- whoever brings them into the stream

    /**
     * Takes all that is gathered on its way, if nothing else is and nobody else does.
     *
     * @param maxBytes about how many bytes at most
     * @param patient whether more is about to come, which is waited for, but not for long
     * @return {@code null} if the caller is not to bring anything into the stream
     */
    public @Nullable Flight take(int maxBytes, boolean patient) {
        return monitor.locked(() -> {
            boolean free = !leading && !isDoomedHere() && !closed && flight == null && !gathered.isEmpty();
            if (!free || (patient && gathered.isEarly(runtime.nanoTime()))) {
                return null;
            }
            leading = true;
            List<UndecidedCommit> taken = gathered.take(maxBytes);
            crowded = taken.size() > 1;
            flight = accepted.next(taken);
            return flight;
        });
    }

    /**
     * The stream has it.
     *
     * @return whether it stays committed here; not if it is taken back, so that it comes back from the stream
     */
    public boolean accept(Flight stored, long sequence) {
        return monitor.locked(() -> {
            if (flight != stored || takingBack) {
                return stored.sequence() != 0;
            }
            flight = null;
            doom = null;
            lost = false;
            accepted.add(stored, sequence);
            decide(stored.commits(), new Fate.Accepted(sequence));
            stored.later().complete(new Fate.InStream(sequence));
            return true;
        });
    }

    /**
     * It is not accepted, or that is not known, so that nothing more can be built on it.
     *
     * @param ofFlight what becomes of it
     * @param ofOthers what becomes of what was committed on top of it
     */
    public void doom(Flight condemned, Fate ofFlight, Fate ofOthers) {
        monitor.locked(() -> {
            if (flight == condemned && doom == null) {
                doom = new Doom(ofFlight, ofOthers);
                if (watched) {
                    monitor.changed();
                }
            }
        });
        wakeApplier.run();
    }

    /** Others came before it; the applier finds out whether it meets them, and needs the write lock for that. */
    public void lost(Flight beaten) {
        monitor.locked(() -> {
            lost = flight == beaten;
            if (watched) {
                monitor.changed();
            }
        });
    }

    /**
     * Waits until the applier has found that out.
     *
     * @param deadlineNanos when to give up, by {@link NodeRuntime#nanoTime()}
     */
    public void awaitLanded(Flight beaten, long deadlineNanos) throws InterruptedException {
        monitor.awaitWhile(() -> flight == beaten && !isDoomedHere(), deadlineNanos);
    }

    /** Whether it is up to who waits for this one to bring what has gathered into the stream. */
    public boolean isNext(UndecidedCommit commit) {
        return monitor.locked(() -> !leading && flight == null && gathered.first() == commit);
    }

    /** Somebody else may bring the next ones into the stream; wakes one of those who wait for it. */
    public void leadsNoMore() {
        Thread next = monitor.locked(() -> {
            leading = false;
            if (watched) {
                monitor.changed();
            }
            UndecidedCommit first = gathered.first();
            return first == null ? null : first.waiting();
        });
        if (next != null) {
            runtime.unpark(next);
        }
    }

    /** It is known at last what became of one that was detached. */
    public void resolved(Flight detached, Fate fate) {
        monitor.locked(() -> {
            unresolved -= detached.resolve() ? 1 : 0;
        });
        detached.later().complete(fate);
    }

    private void decide(List<UndecidedCommit> commits, Fate fate) {
        commits.forEach(commit -> monitor.decide(commit, fate));
    }

    // ---- the applier, with the write lock held

    /** What is on its way, or {@code null}. */
    @Nullable
    Flight flight() {
        return monitor.locked(() -> flight);
    }

    /** Whether something is to be taken out of the database before anything else happens to it. */
    public boolean isDoomed() {
        return isDoomedHere();
    }

    private boolean isDoomedHere() {
        return doom != null || takingBack;
    }

    /**
     * Begins to take all that is undecided out of the database: nothing of it is accepted any more.
     *
     * @return what that is, the oldest first
     */
    List<UndecidedCommit> takeBack() {
        return monitor.locked(() -> {
            takingBack = true;
            List<UndecidedCommit> all = new ArrayList<>(flight == null ? List.of() : flight.commits());
            all.addAll(gathered.all());
            return all;
        });
    }

    /**
     * All that is undecided has been taken out of the database.
     *
     * @param otherwise what became of what was not sent, if that was not decided before; of what is on its way, if it was
     *     beaten
     */
    void tookBack(Fate otherwise) {
        monitor.locked(() -> {
            List<UndecidedCommit> sent = flight == null ? List.of() : flight.commits();
            Doom decided = doom == null ? new Doom(unlessBeaten(otherwise), otherwise) : doom;
            takingBack = false;
            List<UndecidedCommit> others = gathered.all();
            if (!sent.isEmpty() || !others.isEmpty()) {
                noteTakenBack();
            }
            if (flight != null && decided.ofFlight instanceof Fate.Detached && flight.detach()) {
                unresolved++;
            }
            flight = null;
            doom = null;
            lost = false;
            gathered.clear();
            decide(sent, decided.ofFlight);
            decide(others, decided.ofOthers);
            monitor.changed();
        });
    }

    /** Of what is on its way it is not known what becomes of it, unless another message has come in its place. */
    private Fate unlessBeaten(Fate otherwise) {
        return flight == null || otherwise instanceof Fate.Beaten ? otherwise : new Fate.Detached(flight.later());
    }

    /** Before anybody learns what became of it: so whoever has read it finds that out. */
    private void noteTakenBack() {
        takenBack.incrementAndGet();
    }

    /** Others came first, which do not meet what is undecided: it is to be published again, behind them. */
    void overtaken() {
        monitor.locked(() -> {
            if (flight != null) {
                gathered.putBack(flight.commits());
                flight = null;
                doom = null;
            }
            lost = false;
            accepted.beginBehindApplied(publisher);
            monitor.changed();
        });
    }

    /** Nothing is applied any more, or it goes on. */
    void standsStill(boolean on) {
        monitor.locked(() -> {
            standing = on;
        });
    }

    /** The database has another content, without anything that was undecided, or accepted and not settled. */
    void replaced() {
        monitor.locked(() -> {
            takingBack = true;
            accepted.clear();
        });
        tookBack(new Fate.Abandoned());
    }

    /** The node ends. */
    void close() {
        monitor.locked(() -> {
            closed = true;
            takingBack = true;
            if (flight != null && doom == null) {
                doom = new Doom(new Fate.Unknown("the data source is being closed"), new Fate.Abandoned());
            }
        });
        tookBack(new Fate.Abandoned());
    }
}
