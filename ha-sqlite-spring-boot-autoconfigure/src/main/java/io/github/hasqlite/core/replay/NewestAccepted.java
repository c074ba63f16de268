package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.StreamMessage;

/**
 * The newest change set that a database has accepted, by which it knows its stream again: what another history has at
 * that place is another one.
 *
 * @param publisher whose it is
 * @param counter its place in that publisher's sequence
 * @param sequence its place in the stream
 */
public record NewestAccepted(String publisher, long counter, long sequence) {

    /**
     * Whether a message is certain to be another one.
     *
     * @param message what the stream has at that place; one that cannot be read proves nothing
     * @param serializer the node's
     */
    public boolean isOtherThan(StreamMessage message, ChangeSetSerializer serializer) {
        InboundMessage read = new MessageReader(serializer).read(message, publisher);
        return read.rejection() == null && !(publisher.equals(read.publisher()) && counter == read.counter());
    }
}
