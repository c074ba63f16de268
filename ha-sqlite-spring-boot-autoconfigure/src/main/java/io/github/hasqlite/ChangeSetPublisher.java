package io.github.hasqlite;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Takes committed change sets out of this node. The default one publishes to a JetStream stream;
 * define a bean of this type to send them elsewhere.
 *
 * <p>Every change set is in the outbox, in the same database file, before it is handed over, and
 * stays there until it is stored; so a publisher needs no store of its own.
 */
public interface ChangeSetPublisher extends AutoCloseable {

    /**
     * Hands one change set over. Calls are in commit order and never concurrent; the calling thread
     * may hold the write lock, so this must not wait for the network.
     *
     * @param changeSet what to publish; the changes of a large one are a {@link LargeChanges}, good until
     *     this returns
     * @param message the same, serialized; or a part of that, if it is larger than {@link
     *     #maxMessageBytes()}: then this is called once for every part, in order
     * @return completes with the sequence under which it is stored (0 if there is none), or
     *     exceptionally if it is not known to be stored; then this change set and all after it are
     *     handed over again, in order. It may be completed by any thread.
     */
    CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message);

    /**
     * Hands one message over that is stored only if nothing was stored since the stream's last sequence
     * was {@code expectedLastSequence}: of all who try this with one number, one succeeds at most. The
     * commit mode {@code strict} is built on it. Calls are never concurrent; the caller waits for the
     * future.
     *
     * @param changeSet what to publish
     * @param message the same, serialized, or a part of that
     * @param expectedLastSequence the last sequence of the whole stream, not of a subject; 0 if nothing
     *     was ever stored
     * @return completes with {@code expectedLastSequence + 1}, or exceptionally: with {@link
     *     WrongLastSequenceException} if it is certainly not stored because another message was, and
     *     with anything else if it may be stored or not
     */
    default CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, long expectedLastSequence) {
        return CompletableFuture.failedFuture(
                new UnsupportedOperationException(getClass().getName() + " cannot compare and set"));
    }

    /**
     * The same as {@link #publish(ChangeSet, byte[])}, with what lets others follow the change set, such as the context
     * of a trace. A publisher that cannot send it, or not all of it, leaves it out.
     *
     * @param headers names and values; none if nobody follows it
     */
    default CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message, Map<String, String> headers) {
        return publish(changeSet, message);
    }

    /**
     * The same as {@link #publish(ChangeSet, byte[], long)}, with what lets others follow the change set. A publisher
     * that cannot send it, or not all of it, leaves it out.
     *
     * @param headers names and values; none if nobody follows it
     */
    default CompletableFuture<Long> publish(
            ChangeSet changeSet, byte[] message, long expectedLastSequence, Map<String, String> headers) {
        return publish(changeSet, message, expectedLastSequence);
    }

    /** Whether {@link #publish(ChangeSet, byte[], long)} can be used. */
    default boolean comparesAndSets() {
        return false;
    }

    /**
     * The largest message that can be handed over, in bytes. What is larger travels in parts, each a
     * message of its own, and takes effect when the last of them arrives. It may change with
     * time; a message that has become too large fails, and is handed over again in parts. A publisher
     * that says it takes any size gets a large message in one piece, and so in memory.
     */
    default int maxMessageBytes() {
        return Integer.MAX_VALUE;
    }

    /**
     * Who takes part in the cluster now and would miss what travels in parts, as Go nodes do. Asked before a
     * change set that is larger than {@link #maxMessageBytes()} is committed, which is refused then; may take
     * as long as a request to the stream.
     *
     * @return names for people to read; none if there is nobody, or if that cannot be learned now
     */
    default List<String> missParts() {
        return List.of();
    }

    /** Whether it makes sense to hand over now. While {@code false}, change sets wait in the outbox. */
    default boolean isConnected() {
        return true;
    }

    /**
     * Why nothing can be handed over now, and since when. Must not wait.
     *
     * @return {@code null} if something can, or if this publisher does not know
     */
    default @Nullable Outage outage() {
        return null;
    }

    /**
     * Whether what is published comes back through the {@link ChangeSetSubscriber}. If so, the echo
     * removes it from the outbox; otherwise the acknowledgement does.
     */
    default boolean echoes() {
        return false;
    }

    /** Gives up connections and threads. Futures still open complete exceptionally. */
    @Override
    default void close() {}
}
