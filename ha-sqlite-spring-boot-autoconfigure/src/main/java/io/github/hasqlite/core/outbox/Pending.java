package io.github.hasqlite.core.outbox;

/**
 * A change set that the stream has not echoed yet.
 *
 * @param id its place in the outbox, in commit order
 * @param publisher who published it: this start of the node or an earlier one
 * @param counter its place in that publisher's sequence
 * @param command whether it contains a command whose outcome was not known in time: it has not
 *     taken effect here and is applied when its echo comes
 */
public record Pending(long id, String publisher, long counter, boolean command) {

    /** Whether it is this one. */
    public boolean is(String otherPublisher, long otherCounter) {
        return counter == otherCounter && publisher.equals(otherPublisher);
    }
}
