package io.github.hasqlite.testing;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriberContract;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The stream in memory promises what one of a server does. */
class MemoryStreamTests extends ChangeSetSubscriberContract {

    private final MemoryStream stream = new MemoryStream();

    @Override
    protected ChangeSetSubscriber open() {
        return stream.subscriber();
    }

    @Override
    protected void store(byte[] message) throws Exception {
        ChangeSet changeSet = new ChangeSet(
                "n1", 1, "test.db", 1, "n1.contract.x", 1, 0, 0, List.of(Change.sql("SELECT 1", List.of())));
        stream.publisher().publish(changeSet, message).get(60, TimeUnit.SECONDS);
    }
}
