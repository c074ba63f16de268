package io.github.hasqlite;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * How the nodes of one database tell each other what they answer to verifications. The default one is a
 * JetStream stream that keeps answers for a day; define a bean of this type to use something else.
 * Thread-safe.
 */
public interface DigestExchange extends AutoCloseable {

    /**
     * Tells all nodes an answer. It replaces what the same node has answered to the same verification at the
     * same sequence before.
     *
     * @throws IOException if it may not have been told; it may be told again
     */
    void publish(NodeDigest digest) throws IOException;

    /**
     * Begins to listen. Called once at most.
     *
     * @param listener gets the answers that are kept, and then those that come, this node's own among them; called
     *     by one thread, which it may hold up
     */
    void subscribe(Consumer<NodeDigest> listener);

    /** Gives up connections and threads; the listener is not called any more. */
    @Override
    void close();
}
