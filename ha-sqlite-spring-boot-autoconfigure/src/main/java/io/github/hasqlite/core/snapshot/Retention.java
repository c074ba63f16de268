package io.github.hasqlite.core.snapshot;

import io.github.hasqlite.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which snapshots are kept: the newest few, because the newest may turn out to be damaged, and some
 * older ones with the messages behind them still in the stream, from which any state since then can be
 * made. A stream that keeps more than it has to does not make them more.
 *
 * @param newest how many of the newest, at least 1
 * @param spacing how far older ones are apart, by when they were taken
 */
public record Retention(int newest, Duration spacing) {

    public Retention {
        if (newest < 1) {
            throw new IllegalArgumentException("at least one snapshot must be kept, not " + newest);
        }
    }

    /** How many older ones there are, about, in the time for which the stream keeps at least what is covered. */
    private static final int OLDER = 4;

    /**
     * What suits a stream.
     *
     * @param interval how long is waited between two snapshots
     * @param streamMaxAge how long the stream keeps messages
     */
    public static Retention of(int newest, Duration interval, Duration streamMaxAge) {
        Duration spacing = streamMaxAge.dividedBy(OLDER);
        return new Retention(newest, spacing.compareTo(interval) > 0 ? spacing : interval);
    }

    /**
     * What need not be kept.
     *
     * @param snapshots all there are, of any stream, the newest first
     * @param streamCreatedNs when the present stream was created
     * @param firstSequence the oldest sequence that the present stream still holds
     */
    List<Snapshot> superfluous(List<Snapshot> snapshots, long streamCreatedNs, long firstSequence) {
        List<Snapshot> superfluous = new ArrayList<>();
        int kept = 0;
        long oldestKeptNs = Long.MAX_VALUE;
        for (Snapshot each : snapshots) {
            boolean ours = each.streamCreatedNs() == streamCreatedNs;
            boolean continues = ours && each.sequence() >= firstSequence - 1;
            boolean apart = oldestKeptNs - each.takenAtNs() >= spacing.toNanos();
            if (kept < newest || (continues && apart && kept <= newest + OLDER)) {
                kept++;
                oldestKeptNs = each.takenAtNs();
            } else if (each.streamCreatedNs() <= streamCreatedNs) {
                superfluous.add(each);
            }
        }
        return superfluous;
    }
}
