package io.github.hasqlite.http.api;

import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.core.changeset.DebeziumJson;
import io.github.hasqlite.core.changeset.FeedJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes change sets to a client as they come, and now and then something that means nothing, so that it is noticed when
 * the client is gone. The feed's thread and that of the request write in turn.
 */
final class FeedWriter implements FeedConsumer {

    private static final long BEAT_SECONDS = 10;

    private final ApiExchange exchange;
    private final boolean events;
    private final @Nullable DebeziumJson debezium;
    private final FeedJson json = new FeedJson();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object turn = new Object();

    private @Nullable OutputStream out;
    private @Nullable IOException failure;

    FeedWriter(ApiExchange exchange, boolean events, boolean debezium) {
        this.exchange = exchange;
        this.events = events;
        this.debezium = debezium ? new DebeziumJson() : null;
    }

    /** Lets the request's thread wait until there is no client any more, or nothing comes any more. */
    void run(BooleanSupplier active) throws IOException {
        synchronized (turn) {
            out = exchange.answer();
        }
        begun.countDown();
        try {
            do {
                beat();
            } while (!ended.await(BEAT_SECONDS, TimeUnit.SECONDS) && active.getAsBoolean());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
        synchronized (turn) {
            if (failure != null) {
                throw failure;
            }
        }
    }

    void end() {
        ended.countDown();
    }

    private void beat() throws IOException {
        synchronized (turn) {
            OutputStream target = open();
            target.write((events ? ":\n\n" : "\n").getBytes(StandardCharsets.US_ASCII));
            target.flush();
        }
    }

    private OutputStream open() throws IOException {
        OutputStream opened = out;
        if (opened == null || failure != null) {
            throw new IOException("the client is gone", failure);
        }
        return opened;
    }

    /** What could not be written ends it: that is nobody's fault, and not to be logged for each change set. */
    private interface Step {
        void write(OutputStream target) throws IOException;
    }

    private void write(Step step) throws InterruptedException {
        begun.await();
        synchronized (turn) {
            if (ended.getCount() == 0) {
                return;
            }
            try {
                OutputStream target = open();
                step.write(target);
                target.flush();
            } catch (IOException e) {
                failure = e;
                ended.countDown();
            }
        }
    }

    @Override
    public void take(FeedEntry entry) throws InterruptedException {
        write(target -> {
            if (debezium == null) {
                line(target, events ? "id: " + entry.resumePosition() + "\ndata: " : "");
                json.write(entry, target);
                line(target, events ? "\n\n" : "\n");
            } else {
                debezium.write(
                        entry,
                        (table, envelope) -> line(target, events ? "data: " + envelope + "\n\n" : envelope + "\n"));
                // its place when it is complete: who comes again behind the first of several would miss the others
                line(target, events ? "id: " + entry.resumePosition() + "\n\n" : "");
            }
        });
    }

    @Override
    public void missed(long upTo, String reason) throws InterruptedException {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        try (JsonGenerator generator = ApiJson.generator(told)) {
            ApiJson.write(generator, Map.of("missed", Map.of("upTo", upTo, "reason", reason)));
        }
        write(target -> {
            line(target, events ? "id: " + upTo + "\nevent: missed\ndata: " : "");
            told.writeTo(target);
            line(target, events ? "\n\n" : "\n");
        });
    }

    private static void line(OutputStream target, String text) throws IOException {
        target.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
