package io.github.hasqlite.core.node;

import io.github.hasqlite.core.changeset.ProbeMessage;
import io.github.hasqlite.core.commit.ChangeSetFactory;
import io.github.hasqlite.core.commit.CompareAndSet;
import io.github.hasqlite.core.replay.StreamPosition;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.runtime.NodeThread;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In commit mode {@code strict} nothing is published but by commits. So once they have failed and nobody tries any
 * more, because this node is said to be out of service, nobody would learn that the stream takes messages again.
 * This publishes messages that change nothing, of which the first that is stored ends the trouble.
 */
final class StreamProbe implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(StreamProbe.class);

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Other writers wait meanwhile, in vain. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PublishHealth trouble;
    private final BooleanSupplier canPublish;
    private final WriteLock writeLock;
    private final StreamPosition position;
    private final ChangeSetFactory changeSets;
    private final CompareAndSet stream;
    private final NodeRuntime runtime;
    private final NodeThread thread;

    /**
     * A probe that does nothing yet.
     *
     * @param canPublish whether it makes sense to try
     * @param writeLock the one write lock
     */
    StreamProbe(
            PublishHealth trouble,
            BooleanSupplier canPublish,
            WriteLock writeLock,
            StreamPosition position,
            ChangeSetFactory changeSets,
            CompareAndSet stream) {
        this.trouble = trouble;
        this.canPublish = canPublish;
        this.writeLock = writeLock;
        this.position = position;
        this.changeSets = changeSets;
        this.stream = stream;
        this.runtime = writeLock.runtime();
        this.thread = runtime.thread("ha-sqlite-probe", this::run);
    }

    /** Runs until it is closed. */
    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                runtime.sleep(PAUSE_NANOS);
                if (trouble.now() != null && canPublish.getAsBoolean()) {
                    probe();
                }
            }
        } catch (InterruptedException e) {
            logger.debug("The node is being closed");
        }
    }

    private void probe() throws InterruptedException {
        writeLock.await();
        try {
            long base = position.tip();
            if (!position.undecided().isAny() && position.received() <= base && position.halted() == null) {
                CompareAndSet.Result result = stream.publish(
                        changeSets.none(),
                        new ProbeMessage(runtime.randomName()).bytes(),
                        base,
                        runtime.nanoTime() + ANSWER_NANOS);
                logger.debug("A message that changes nothing, behind {}: {}", base, result);
            }
        } catch (RuntimeException e) {
            logger.debug("Could not find out whether the stream takes messages", e);
        } finally {
            writeLock.release();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toNanos(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
