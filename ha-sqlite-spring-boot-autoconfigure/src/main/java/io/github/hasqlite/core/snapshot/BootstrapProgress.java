package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows how far getting a snapshot has come, and says so in the log every few seconds. Used by one
 * thread at a time, but its text may be read by anyone.
 */
final class BootstrapProgress implements SnapshotFiles.Progress {

    private static final Logger logger = LoggerFactory.getLogger(BootstrapProgress.class);

    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long MIB = 1 << 20;

    private String phase = "";
    private long phaseStarted;
    private final NodeRuntime runtime;
    private long reported;
    private volatile String text = "looking for a snapshot";

    BootstrapProgress(NodeRuntime runtime) {
        this.runtime = runtime;
        this.reported = runtime.nanoTime();
    }

    @Override
    public void at(String nowDoing, long done, long of) {
        long now = runtime.nanoTime();
        if (!nowDoing.equals(phase)) {
            phase = nowDoing;
            phaseStarted = now;
        }
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(now - phaseStarted));
        text = nowDoing + " the snapshot, " + done / MIB + (of > 0 ? " of " + of / MIB : "") + " MB, "
                + done * 1_000 / MIB / millis + " MB/s";
        if (now - reported > REPORT_NANOS) {
            reported = now;
            logger.info("Bootstrap: {}", text);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
