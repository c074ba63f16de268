package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.FeedSubscription;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** One page that is told. A page that does not read holds up its own thread of the feed, and nobody else. Thread-safe. */
final class LivePage implements FeedConsumer {

    /** A browser connects again by itself; one that went away unseen does not. */
    private static final Duration AT_MOST = Duration.ofMinutes(5);

    private static final long RECONNECT_MILLIS = 1_000;

    private final SseEmitter emitter = new SseEmitter(AT_MOST.toMillis());
    private final Consumer<LivePage> whenEnded;
    private @Nullable FeedSubscription subscription;
    private boolean ended;

    LivePage(Consumer<LivePage> whenEnded) {
        this.whenEnded = whenEnded;
        emitter.onTimeout(this::end);
        emitter.onError(error -> end());
        emitter.onCompletion(this::end);
    }

    SseEmitter emitter() {
        return emitter;
    }

    /** Keeps what tells it, and says where it begins. */
    void follow(FeedSubscription begun) {
        synchronized (this) {
            if (!ended) {
                subscription = begun;
            }
        }
        if (isEnded()) {
            begun.close();
        } else {
            send(SseEmitter.event()
                    .name("begin")
                    .reconnectTime(RECONNECT_MILLIS)
                    .data("{}"));
        }
    }

    @Override
    public void take(FeedEntry entry) {
        send(SseEmitter.event()
                .name("committed")
                .id(Long.toString(entry.position()))
                .data(CommittedChanges.of(entry)));
    }

    @Override
    public void missed(long upTo, String reason) {
        send(SseEmitter.event().name("missed").id(Long.toString(upTo)).data("{}"));
    }

    private void send(SseEmitter.SseEventBuilder event) {
        try {
            emitter.send(event);
        } catch (IOException | IllegalStateException e) {
            // the page is gone, and that is nothing to log
            end();
        }
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /** Ends it. The feed first: its thread may be writing to the page, and nothing else can then. */
    void end() {
        FeedSubscription told;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            told = subscription;
        }
        whenEnded.accept(this);
        if (told != null) {
            told.close();
        }
        emitter.complete();
    }
}
