package io.github.hasqlite.core.replay;

/**
 * What comes next in the stream does not follow from what is applied here: it can only be applied to a
 * snapshot of the stream up to there (rule R11).
 */
final class SnapshotNeededException extends HaltException {

    private static final long serialVersionUID = 1L;

    private final long sequence;

    /**
     * Says what is missing.
     *
     * @param sequence the snapshot must hold the stream up to here, at least
     */
    SnapshotNeededException(String reason, long sequence) {
        super(reason, null);
        this.sequence = sequence;
    }

    long sequence() {
        return sequence;
    }
}
