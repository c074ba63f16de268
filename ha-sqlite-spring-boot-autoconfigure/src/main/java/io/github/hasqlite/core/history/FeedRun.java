package io.github.hasqlite.core.history;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.FeedSubscription;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.replay.AcceptedChangeSets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one consumer. It has a subscriber of its own, on whose thread the consumer is told: one that takes its time lets
 * the stream wait, and nobody else. A message is told when the node has applied it. Thread-safe where {@link
 * FeedSubscription} says so.
 */
final class FeedRun implements FeedSubscription, ChangeSetSubscriber.Listener {

    private static final Logger logger = LoggerFactory.getLogger(FeedRun.class);

    /** How far before the place to begin with to read, so that it is known what is a repetition. */
    private static final long AHEAD = 1_000;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final FeedSource source;
    private final ChangeSetSubscriber subscriber;
    private final FeedFilter filter;
    private final FeedConsumer consumer;
    private final Progress progress;
    private final String name;
    private final boolean repeats;
    private AcceptedChangeSets accepted;
    /** Why the consumer has missed what was before the first message; {@code null} if it has not, or was told. */
    private @Nullable String pendingMissed;

    private volatile long position;
    private volatile boolean ended;

    /** Learns how far the consumer has come. */
    interface Progress {

        Progress NONE = new Progress() {};

        default void reached(long position) {}

        default void ended() {}
    }

    /** Tells the consumer something. */
    private interface Call {
        void run() throws Exception;
    }

    /**
     * Tells nobody yet.
     *
     * @param name of the consumer, for the log
     * @param repeats whether the consumer is told again what it throws at
     */
    FeedRun(
            FeedSource source,
            String name,
            FeedFilter filter,
            FeedConsumer consumer,
            boolean repeats,
            Progress progress) {
        this.source = source;
        this.subscriber = source.subscriber().another();
        this.filter = filter;
        this.consumer = consumer;
        this.progress = progress;
        this.name = name;
        this.repeats = repeats;
        this.accepted = new AcceptedChangeSets(source.serializer(), source.folder());
    }

    /**
     * Begins.
     *
     * @param from the place of what the consumer knows; negative for what is applied here
     * @param missed why it has missed everything before; {@code null} if it has not
     */
    void begin(long from, @Nullable String missed) throws IOException, SQLException {
        AcceptedChangeSets here = source.behindApplied();
        long applied = here.place().sequence();
        boolean beyond = from > applied && from > source.subscriber().state().endSequence();
        long known = from < 0 || missed != null || beyond ? applied : from;
        position = known;
        long before = applied;
        if (known >= applied) {
            renew(here);
        } else {
            here.close();
            long first = source.subscriber().state().firstSequence();
            before = Math.max(Math.max(0, known - AHEAD), Math.min(known, first - 1));
        }
        pendingMissed = beyond ? "the stream does not go so far as " + from + ": it is another one" : missed;
        subscriber.start(before, this);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean isActive() {
        return !ended;
    }

    // ---- what comes

    @Override
    public void onMessage(StreamMessage message) throws InterruptedException {
        long sequence = message.sequence();
        tellWhatWasMissed();
        if (AcceptedChangeSets.isBaseline(message)) {
            if (sequence > position) {
                awaitApplied(sequence);
                missed(sequence, "the nodes have gone on from another database at " + sequence);
            }
            return;
        }
        ChangeSet changeSet;
        try {
            changeSet = accepted.next(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (sequence <= position) {
            return;
        }
        if (accepted.doubtful() == sequence) {
            awaitApplied(sequence);
            beginAnewIfMissed(sequence);
        }
        if (changeSet != null) {
            awaitApplied(sequence);
            if (source.state().hadEffect(sequence)) {
                tell(changeSet, message);
            }
        }
        reached(Math.max(sequence, position));
    }

    /** Tells of a change set, of the transactions of which it consists one by one. */
    private void tell(ChangeSet changeSet, StreamMessage message) throws InterruptedException {
        List<ChangeSet> told = changeSet.transactions().stream()
                .map(transaction -> FilteredChanges.of(transaction, filter))
                .filter(Objects::nonNull)
                .toList();
        for (int i = 0; i < told.size(); i++) {
            FeedEntry entry = new FeedEntry(told.get(i), Times.instant(message.timestampNs()), i == told.size() - 1);
            tell(() -> consumer.take(entry), message.sequence());
        }
    }

    /** What was not seen of the time before may be why a message was taken for one without effect. */
    private void beginAnewIfMissed(long sequence) throws InterruptedException {
        try {
            AcceptedChangeSets here = source.behindApplied();
            if (accepted.hasMissed(here.place())) {
                renew(here);
                missed(here.place().sequence(), "what belongs to message " + sequence + " was not seen");
            } else {
                here.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void renew(AcceptedChangeSets other) {
        accepted.close();
        accepted = other;
    }

    @Override
    public void onGap(long first, long last) throws InterruptedException {
        tellWhatWasMissed();
        if (last > position) {
            missed(last, "messages " + first + " to " + last + " are not in the stream any more");
            // what publishers have counted meanwhile is not known
            renew(new AcceptedChangeSets(source.serializer(), source.folder()));
        }
    }

    @Override
    public void onReset(String reason) {
        ended = true;
        logger.warn("Consumer {} of the change feed is told nothing more: {}", name, reason);
        try {
            missed(position, reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellWhatWasMissed() throws InterruptedException {
        String reason = pendingMissed;
        if (reason != null) {
            pendingMissed = null;
            missed(position, reason);
        }
    }

    private void missed(long upTo, String reason) throws InterruptedException {
        tell(() -> consumer.missed(upTo, reason), upTo);
        reached(Math.max(upTo, position));
    }

    private void reached(long sequence) {
        position = sequence;
        progress.reached(sequence);
    }

    private void awaitApplied(long sequence) throws InterruptedException {
        while (!source.state().awaitSequence(sequence, source.runtime().nanoTime() + LOOK_NANOS)) {
            if (ended) {
                throw new InterruptedException("the subscription has ended");
            }
        }
    }

    private void tell(Call call, long sequence) throws InterruptedException {
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            try {
                call.run();
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (ended) {
                    throw new InterruptedException("the subscription has ended");
                }
                logger.error(
                        "Consumer {} of the change feed failed at {}{}",
                        name,
                        sequence,
                        repeats ? ", and is told again" : "",
                        e);
                if (!repeats) {
                    return;
                }
            }
            source.runtime().sleep(pause);
            pause = Math.min(LONGEST_PAUSE_NANOS, 2 * pause);
        }
    }

    @Override
    public void close() {
        ended = true;
        subscriber.close();
        progress.ended();
        accepted.close();
    }
}
