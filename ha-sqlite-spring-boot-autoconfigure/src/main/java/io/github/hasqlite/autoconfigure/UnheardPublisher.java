package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetPublisher;

/**
 * A publisher on a node that receives nothing: no echo arrives, so that the acknowledgement takes a
 * change set out of the outbox.
 */
final class UnheardPublisher extends ForwardingPublisher {

    UnheardPublisher(ChangeSetPublisher publisher) {
        super(publisher);
    }

    @Override
    public boolean echoes() {
        return false;
    }
}
