package io.github.hasqlite.actuate;

import io.github.hasqlite.core.runtime.WorkListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Timers and counters of what one node does. */
final class WorkMeters implements WorkListener {

    private final Map<Timed, Timer> timers = new EnumMap<>(Timed.class);
    private final Map<Counted, Counter> counters = new EnumMap<>(Counted.class);

    /** Registers them, all at once, so that what has not happened yet is 0. */
    WorkMeters(MeterRegistry registry, Tags tags) {
        for (Timed what : Timed.values()) {
            timers.put(what, timer(what).tags(tags).register(registry));
        }
        for (Counted what : Counted.values()) {
            counters.put(what, counter(what).tags(tags).register(registry));
        }
    }

    private static Timer.Builder timer(Timed what) {
        return switch (what) {
            case CAPTURE -> timer("capture", "Making a change set of a transaction, and writing it to the outbox");
            case COMMIT_WAIT -> timer("commit.wait", "Waiting of commits for the stream");
            case LOCK_WAIT -> timer("lock.wait", "Waiting of transactions for the write lock, where it was not free");
            case PUBLISH -> timer("publish", "From sending a message to its acknowledgement");
            case APPLY -> timer("apply", "Transactions of the applier, each of many change sets");
            case REBASE -> timer("rebase", "Taking out what is pending and putting it on top again");
            case SNAPSHOT -> timer("snapshot", "Taking and storing a snapshot");
            case BOOTSTRAP -> timer("bootstrap", "Starting until the node can be used, or going on from a snapshot");
        };
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder("ha.sqlite." + name).description(description);
    }

    private static Counter.Builder counter(Counted what) {
        return switch (what) {
            case COMMITTED_CHANGE_SETS -> changeSets("committed");
            case COMMITTED_ROWS -> rows("committed");
            case APPLIED_CHANGE_SETS -> changeSets("applied");
            case APPLIED_ROWS -> rows("applied");
            case COMMIT_RETRIES -> retries("commit");
            case PUBLISH_RETRIES -> retries("publish");
            case APPLY_RETRIES -> retries("apply");
            case COMMIT_FAILURES -> failures("commit");
            case PUBLISH_FAILURES -> failures("publish");
            case APPLY_FAILURES -> failures("apply");
            case SNAPSHOT_FAILURES -> failures("snapshot");
        };
    }

    private static Counter.Builder changeSets(String how) {
        return Counter.builder("ha.sqlite.changesets")
                .description("Change sets committed on this node, and applied of others")
                .tag("how", how);
    }

    private static Counter.Builder rows(String how) {
        return Counter.builder("ha.sqlite.rows")
                .description("Changes of rows in those change sets")
                .tag("how", how);
    }

    private static Counter.Builder retries(String stage) {
        return Counter.builder("ha.sqlite.retries")
                .description("What was tried again")
                .tag("stage", stage);
    }

    private static Counter.Builder failures(String stage) {
        return Counter.builder("ha.sqlite.failures")
                .description("What failed, also if it is tried again")
                .tag("stage", stage);
    }

    @Override
    public void took(Timed what, long nanos) {
        Objects.requireNonNull(timers.get(what)).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void counted(Counted what, long number) {
        Objects.requireNonNull(counters.get(what)).increment((double) number);
    }
}
