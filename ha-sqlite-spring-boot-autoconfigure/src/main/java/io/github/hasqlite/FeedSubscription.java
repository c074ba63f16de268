package io.github.hasqlite;

/** A consumer of a {@link ChangeFeed} that is being told. Thread-safe. */
public interface FeedSubscription extends AutoCloseable {

    /** The place in the stream up to which the consumer was told, or did not want to be. Never waits. */
    long position();

    /** Whether it still is told, or will be when the stream can be reached; not after the stream was made anew. */
    boolean isActive();

    /**
     * Ends it. The consumer is not told anything after this returns, unless it calls this itself; if it is busy it is
     * interrupted.
     */
    @Override
    void close();
}
