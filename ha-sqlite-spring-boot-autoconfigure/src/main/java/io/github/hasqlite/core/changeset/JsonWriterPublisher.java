package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * Writes every change set to a {@link Writer}, one JSON object a line, and flushes after each. For a
 * log of changes, for pipes to other programs, for debugging. Thread-safe: lines never mix.
 *
 * <p>After a write that failed, the change set is handed over again, so a line may be there twice or
 * be torn; a torn line is followed by a line break before the next one.
 *
 * <p>Nothing here uses it; it is kept because users of go-ha look for its {@code WriterPublisher} and {@code
 * JSONPublisher}, both of which it stands for.
 */
public final class JsonWriterPublisher implements ChangeSetPublisher {

    private final Writer writer;
    private final boolean closesWriter;
    private final ChangeSetSerializer serializer = new JsonChangeSetSerializer();

    private boolean torn;
    private boolean closed;

    /** Creates a publisher that leaves the writer open when it is closed. */
    public JsonWriterPublisher(Writer writer) {
        this(writer, false);
    }

    /**
     * Creates a publisher.
     *
     * @param writer where the lines go; the publisher alone should write to it
     * @param closesWriter whether closing the publisher closes the writer
     */
    public JsonWriterPublisher(Writer writer, boolean closesWriter) {
        this.writer = writer;
        this.closesWriter = closesWriter;
    }

    /**
     * Writes a line. It is made from the change set, because the message need not be JSON.
     *
     * @return completed when this returns: with 0, or exceptionally if the writer failed
     */
    @Override
    public CompletableFuture<Long> publish(ChangeSet changeSet, byte[] message) {
        try {
            String line = new String(serializer.serialize(changeSet), StandardCharsets.UTF_8);
            writeLine(line + '\n');
            return CompletableFuture.completedFuture(0L);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private synchronized void writeLine(String line) throws IOException {
        if (closed) {
            throw new IOException("the publisher is closed");
        }
        String start = torn ? "\n" : "";
        torn = true;
        writer.write(start + line);
        writer.flush();
        torn = false;
    }

    @Override
    public synchronized boolean isConnected() {
        return !closed;
    }

    /** Takes no more change sets; closes the writer if that was asked for. Does nothing a second time. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (closesWriter) {
            try {
                writer.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the writer of change sets cannot be closed", e);
            }
        }
    }
}
