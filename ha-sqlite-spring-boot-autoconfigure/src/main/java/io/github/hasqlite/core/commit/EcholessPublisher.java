package io.github.hasqlite.core.commit;

import io.github.hasqlite.ChangeSetPublisher;

/**
 * A publisher on a node that receives nothing: no echo arrives, so that the acknowledgement takes a
 * change set out of the outbox.
 */
public final class EcholessPublisher extends ForwardingPublisher {

    public EcholessPublisher(ChangeSetPublisher publisher) {
        super(publisher);
    }

    @Override
    public boolean echoes() {
        return false;
    }
}
