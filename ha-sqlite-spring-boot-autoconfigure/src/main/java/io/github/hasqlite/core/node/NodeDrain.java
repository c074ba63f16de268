package io.github.hasqlite.core.node;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.sqlite.WriteLock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a node to rest: no transaction begins to write any more, those that have begun end, and what is committed gets
 * into the stream. It can still be read, and goes on applying what the others commit. Thread-safe.
 */
public final class NodeDrain {

    private static final Logger logger = LoggerFactory.getLogger(NodeDrain.class);

    private final NodeSettings settings;
    private final WriteLock writeLock;
    private final @Nullable Unpublished unpublished;

    NodeDrain(NodeSettings settings, WriteLock writeLock, @Nullable Unpublished unpublished) {
        this.settings = settings;
        this.writeLock = writeLock;
        this.unpublished = unpublished;
    }

    /** Refuses to write from now on, with SQLState 57P01, to whoever has not begun to. */
    public void begin() {
        writeLock.refuse("node " + settings.name() + " is being shut down and takes no more writes; nothing of this"
                + " transaction was committed. Write on another node, or again when this one has been started");
    }

    /** Takes writes again. */
    public void cancel() {
        writeLock.refuse(null);
    }

    /**
     * Waits until what has begun to write has ended, and what is committed is in the stream. What is left then is logged:
     * it is in the outbox, and goes out at the next start.
     *
     * @param atMost how long to wait
     * @return whether nothing is left
     */
    public boolean await(Duration atMost) {
        long deadline = settings.runtime().nanoTime() + atMost.toNanos();
        try {
            boolean ended = writeLock.awaitFree(atMost.toNanos());
            if (!ended) {
                logger.warn(
                        "Node {}: a transaction that writes has not ended within {} ms. It is rolled back unless it still"
                                + " commits before the connections are closed",
                        settings.name(),
                        atMost.toMillis());
            }
            return publish(Math.max(0, deadline - settings.runtime().nanoTime())) && ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean publish(long nanos) throws InterruptedException {
        if (unpublished == null || settings.readOnly()) {
            return true;
        }
        int before = unpublished.size();
        long begun = settings.runtime().nanoTime();
        unpublished.awaitNone(nanos);
        int left = unpublished.size();
        long millis = TimeUnit.NANOSECONDS.toMillis(settings.runtime().nanoTime() - begun);
        if (left > 0) {
            logger.warn(
                    "Node {}: {} of the change sets committed here could not be published within {} ms. Of each holds: {}",
                    settings.name(),
                    left,
                    millis,
                    unpublished.fate());
        } else if (before > 0) {
            logger.info(
                    "Node {} has published the last {} change sets, which took {} ms", settings.name(), before, millis);
        }
        return left == 0;
    }
}
