package io.github.hasqlite.nats;

import io.github.hasqlite.ChangeSetSubscriber.StreamState;

/**
 * How far the stream and this database's subject in it reach. They differ only where several
 * databases share one stream.
 *
 * @param firstSequence the oldest message of the stream; {@code lastSequence + 1} if it is empty
 * @param lastSequence the newest message the stream ever stored, of any subject; 0 if there never was
 *     one
 * @param subjectFirst the oldest message of the subject still stored; {@code subjectLast + 1} if there
 *     is none
 * @param subjectLast the newest message of the subject. In a stream that holds nothing of other
 *     subjects the newest one ever stored; in a shared one the newest still stored, 0 if there is none:
 *     the server does not remember what a subject held once
 * @param shared whether the stream holds messages of other subjects now
 * @param createdNs when the stream was created, nanoseconds since 1970-01-01T00:00Z
 */
record StreamExtent(
        long firstSequence, long lastSequence, long subjectFirst, long subjectLast, boolean shared, long createdNs) {

    /** The subject's view of the stream. */
    public StreamState toState() {
        return new StreamState(firstSequence, subjectLast, lastSequence, createdNs);
    }
}
