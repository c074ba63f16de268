package io.github.hasqlite.core.runtime;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows change sets from the commit to their application on all nodes. Called by whatever thread does the work, which
 * may hold the write lock: must neither wait nor throw. Thread-safe.
 */
public interface Tracing {

    /**
     * The calling thread begins to commit. It is the same thread that ends it.
     *
     * @return {@code null} if that is not to be followed
     */
    @Nullable
    Span commit();

    /**
     * What the calling thread does, if what follows from it elsewhere is to be followed.
     *
     * @return {@code null} if it is not; to be asked while the thread commits
     */
    @Nullable
    Origin current();

    /**
     * A message of the stream begins to be applied.
     *
     * @param headers those of the message
     * @param own whether this node has committed it
     * @return {@code null} if that is not to be followed
     */
    @Nullable
    Span apply(long sequence, Map<String, String> headers, boolean own);

    /** Something that was begun. */
    interface Span {

        /**
         * It is done; called once.
         *
         * @param failure why it failed, or {@code null}
         */
        void ended(@Nullable Throwable failure);
    }

    /** What something else follows from. */
    interface Origin {

        /** A message that follows from it is about to be published. */
        Sending send();
    }

    /** A message on its way; ended by any thread. */
    interface Sending extends Span {

        /** What to send along; printable ASCII. */
        Map<String, String> headers();
    }
}
