package io.github.hasqlite;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Brings the stream's messages to this node, in stream order and without gaps. The default one is
 * an ordered JetStream consumer; define a bean of this type to receive them from elsewhere.
 */
public interface ChangeSetSubscriber extends AutoCloseable {

    /**
     * What the stream holds at this moment.
     *
     * @throws IOException if the stream cannot be reached
     */
    StreamState state() throws IOException;

    /**
     * Starts delivery of every message after {@code afterSequence}. Called once, and again after each
     * {@link #stop}. Connection losses are ridden out by the subscriber: it goes on after the last
     * message it delivered.
     *
     * @param afterSequence the last sequence this node has applied; 0 for all
     * @param listener gets every message, on one thread at a time; it may block to slow delivery down
     * @throws IOException if the stream cannot be reached
     */
    void start(long afterSequence, Listener listener) throws IOException;

    /**
     * Reads one message. It must be read where it is decided what is stored, not from a copy that may
     * lag behind. May be called before and after {@link #start}, by any thread.
     *
     * @param sequence its place in the stream, from 1
     * @param timeout how long to wait for it
     * @return the message, or {@code null} if the stream does not have it
     * @throws IOException if that cannot be learned now; always, if this subscriber cannot do it
     */
    default @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
        throw new IOException(getClass().getName() + " cannot read single messages");
    }

    /**
     * Stops delivery for now: no message is delivered after this returns, until {@link #start} is called
     * again. Interrupts the listener if it blocks.
     *
     * @throws UnsupportedOperationException if this subscriber cannot begin again elsewhere; the node then
     *     has to be started anew where it would have gone back to a snapshot
     */
    default void stop() {
        throw new UnsupportedOperationException(getClass().getName() + " cannot be stopped and started again");
    }

    /**
     * An independent subscriber of the same stream, not started, to read it from another place.
     *
     * @throws UnsupportedOperationException if there can be no other; copies of the database as of an earlier
     *     time are not possible then
     */
    default ChangeSetSubscriber another() {
        throw new UnsupportedOperationException(getClass().getName() + " cannot read the stream twice");
    }

    /**
     * Allows the stream to drop what snapshots hold. It drops what is older than it is to keep, and may keep
     * everything, as it does by default. May be called at any time, by any thread.
     *
     * @param streamCreatedNs when the stream was created that the snapshot belongs to, nanoseconds since
     *     1970-01-01T00:00Z; if the present one is another, nothing is dropped
     * @param sequence the sequence up to which the snapshot holds everything
     * @throws IOException if the stream cannot be reached, or refuses it
     */
    default void dropCovered(long streamCreatedNs, long sequence) throws IOException {}

    /** Whether the stream can be reached now. */
    boolean isConnected();

    /**
     * Why the stream cannot be read now, and since when. Must not wait.
     *
     * @return {@code null} if it can, or if this subscriber does not know
     */
    default @Nullable Outage outage() {
        return null;
    }

    /**
     * When the stream was heard last, by this node's clock, if only to say that there is nothing new. What is
     * stored in it since then is not known here. Must not wait.
     *
     * @return {@code null} if delivery was not started, or if this subscriber does not know
     */
    default @Nullable Instant lastHeard() {
        return null;
    }

    /**
     * For how long {@link #state} may answer what is not so, because a server that has lost its disk answers before
     * others have brought it up to date. What contradicts what is known is asked again for so long.
     */
    default Duration doubt() {
        return Duration.ZERO;
    }

    /**
     * How many messages of this database the stream had behind the last one that was delivered, when that was sent.
     * Must not wait.
     *
     * @return 0 also if this subscriber does not know
     */
    default long backlog() {
        return 0;
    }

    /** Stops delivery. No message is delivered after this returns. */
    @Override
    void close();

    /** Receives messages. */
    @FunctionalInterface
    interface Listener {
        /**
         * Takes one message.
         *
         * @throws InterruptedException if the node is shutting down
         */
        void onMessage(StreamMessage message) throws InterruptedException;

        /**
         * Says that messages are missing which the stream had once: what comes after them must not be
         * applied to what comes before them (rule R11 of the design). Called in the place of those messages, in
         * order with {@link #onMessage}.
         *
         * @param first the first missing sequence
         * @param last the last one; messages of other databases may be among them
         * @throws InterruptedException if the node is shutting down
         */
        default void onGap(long first, long last) throws InterruptedException {}

        /**
         * Says that the stream is not the one any more that delivery was started on: it was deleted and made
         * anew, or set back to an earlier state. Nothing is delivered any more.
         *
         * @param reason what shows it, for people
         */
        default void onReset(String reason) {}
    }

    /**
     * The stream's extent.
     *
     * @param firstSequence the oldest sequence that the stream still holds, whatever database it is of; {@code
     *     endSequence + 1} if it is empty
     * @param lastSequence the newest message of this database; where several share the stream, the newest
     *     that is still stored; 0 if there is none
     * @param endSequence the newest sequence ever stored, whatever database it is of; 0 if there never was one
     * @param createdNs when the stream was created, nanoseconds since 1970-01-01T00:00Z
     */
    record StreamState(long firstSequence, long lastSequence, long endSequence, long createdNs) {}
}
