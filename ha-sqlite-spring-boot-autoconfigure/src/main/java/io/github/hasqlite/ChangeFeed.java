package io.github.hasqlite;

import java.io.IOException;
import java.sql.SQLException;

/**
 * Follows what is committed in the cluster: change sets in the order of the stream, each once, from any place on that the
 * stream still holds. A subscriber is told of a change set after it is applied on this node, on a thread of its own; it
 * holds nobody up but itself, because what it has not taken yet waits in the stream. What is rolled back, repeated, or
 * refused by all nodes is not told. Thread-safe.
 *
 * <p>A change set is told as its author has written it. Where another one came in between, the earlier image of a row is
 * the one that the author saw; {@link ConflictDetected} tells of that.
 */
public interface ChangeFeed {

    /** The place to begin with for those who want to know only what comes from now on. */
    long LATEST = -1;

    /**
     * Tells a consumer of everything behind a place.
     *
     * @param from the place in the stream of the last change set that it knows; 0 for all, {@link #LATEST} for those
     *     that are not applied here yet
     * @param consumer called by one thread at a time; what it throws is logged, and the next change set comes
     * @return to be closed to end it
     * @throws IOException if the stream cannot be reached
     * @throws SQLException if the database cannot be read
     */
    FeedSubscription subscribe(long from, FeedFilter filter, FeedConsumer consumer) throws IOException, SQLException;

    /**
     * Tells a consumer of everything, from where it was when it was told last, also before the application was started.
     * Its place is kept in this node's database (in {@code ha_feeds}, which is not replicated), at most a fifth of a
     * second behind: after a crash the last change sets are told once more. If the stream is another one since then, it
     * is told that it has missed something.
     *
     * @param name of the consumer; one of a name at a time
     * @param from where it begins the first time, as in {@link #subscribe}
     * @param consumer called by one thread at a time; a change set that it throws at is told again, until it does not
     *     throw, and no other before that
     * @return to be closed to end it
     * @throws IOException if the stream cannot be reached
     * @throws SQLException if the database cannot be read
     * @throws IllegalStateException if a consumer of that name is there already
     */
    FeedSubscription resume(String name, long from, FeedFilter filter, FeedConsumer consumer)
            throws IOException, SQLException;

    /**
     * Forgets the place of a consumer, which must be closed.
     *
     * @throws SQLException if the database cannot be written
     */
    void forget(String name) throws SQLException;
}
