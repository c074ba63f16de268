package io.github.hasqlite.http.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, whatever server they come through. Used by one thread.
 *
 * <p>The answer's status and headers are set before anything is written; what is set afterwards is without effect.
 */
public interface ApiExchange {

    /** In upper case, as {@code POST}. */
    String method();

    /** The path below that of the API, still encoded; empty, or beginning with a slash. */
    String path();

    /** What stands behind the question mark, still encoded; {@code null} if there is none. */
    @Nullable
    String query();

    /** The first value of a header of the request, {@code null} if it has none. */
    @Nullable
    String header(String name);

    /**
     * The body of the request.
     *
     * @throws IOException also when reading, if the client does not send it or is gone
     */
    InputStream body() throws IOException;

    /** Whether both ends of the connection are on this machine, by their addresses. */
    boolean isLocal();

    /** Whether the security of the application knows who sends this; {@code false} if there is none. */
    boolean isAuthenticated();

    /**
     * Asks to be told when the client is gone, where the server notices that while nothing is written.
     *
     * @param action may be called by another thread, and more than once; never waits. Replaces the one before
     */
    default void whenGone(Runnable action) {}

    /** Sets the status of the answer. */
    void status(int status);

    /** Sets a header of the answer. */
    void header(String name, String value);

    /**
     * The body of the answer; whoever made the exchange closes it.
     *
     * @throws IOException also when writing, if the client is gone or reads nothing
     */
    OutputStream answer() throws IOException;
}
