package io.github.hasqlite.core.commit;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What carries change sets between this node and the others.
 *
 * @param publisher takes them out of the node; closed with it
 * @param subscriber brings them in, or {@code null} if none come in; closed with the node
 * @param snapshots where snapshots are, or {@code null} if there are none; not closed
 * @param serializer turns them into messages and back
 * @param interceptors decide on what the node applies, in this order
 */
public record Transport(
        ChangeSetPublisher publisher,
        @Nullable ChangeSetSubscriber subscriber,
        @Nullable SnapshotStore snapshots,
        ChangeSetSerializer serializer,
        List<ChangeSetInterceptor> interceptors) {

    public Transport {
        interceptors = List.copyOf(interceptors);
    }

    /**
     * The subscriber, for what exists only where change sets come in.
     *
     * @throws IllegalStateException if there is none
     */
    public ChangeSetSubscriber incoming() {
        if (subscriber == null) {
            throw new IllegalStateException("no ChangeSetSubscriber brings change sets in");
        }
        return subscriber;
    }

    /** Messages in JSON, without snapshots and without interceptors. */
    public static Transport of(ChangeSetPublisher publisher, @Nullable ChangeSetSubscriber subscriber) {
        return new Transport(publisher, subscriber, null, new JsonChangeSetSerializer(), List.of());
    }

    /** The same with another publisher. */
    public Transport with(ChangeSetPublisher other) {
        return new Transport(other, subscriber, snapshots, serializer, interceptors);
    }
}
