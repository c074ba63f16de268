package io.github.hasqlite;

/** Is told of change sets by a {@link ChangeFeed}. */
@FunctionalInterface
public interface FeedConsumer {

    /**
     * Takes the next change set.
     *
     * @param entry good until this returns if its changes are {@link LargeChanges}
     * @throws Exception what that means is said where it is subscribed
     */
    void take(FeedEntry entry) throws Exception;

    /**
     * Change sets are not told of, because the stream does not hold them any more, or the nodes have gone on from another
     * database. Who keeps something that follows from the database makes all of it anew from a snapshot or a query, and
     * is told of what comes next.
     *
     * @param upTo the place in the stream up to which that may be so
     * @param reason why, for people
     * @throws Exception what that means is said where it is subscribed
     */
    default void missed(long upTo, String reason) throws Exception {}
}
