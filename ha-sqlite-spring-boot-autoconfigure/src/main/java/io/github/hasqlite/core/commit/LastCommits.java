package io.github.hasqlite.core.commit;

/** What each thread has committed last: a row of the outbox, or a place in the stream. Thread-safe. */
public final class LastCommits {

    private static final int ROW = 0;
    private static final int SEQUENCE = 1;

    /** An array, because a type of ours would keep its class loader alive as long as the threads of a container. */
    private final ThreadLocal<long[]> last = ThreadLocal.withInitial(() -> new long[2]);

    /** The calling thread has committed a transaction that is in the outbox. */
    void inOutbox(long row) {
        last.get()[ROW] = row;
    }

    /** The calling thread has committed a transaction that is in the stream, at this sequence or before. */
    void inStream(long sequence) {
        last.get()[SEQUENCE] = sequence;
    }

    /** The newest row of the outbox that the calling thread has committed; 0 if none. */
    public long row() {
        return last.get()[ROW];
    }

    /** A sequence at or behind what the calling thread has committed past the outbox; 0 if it has not. */
    public long sequence() {
        return last.get()[SEQUENCE];
    }
}
