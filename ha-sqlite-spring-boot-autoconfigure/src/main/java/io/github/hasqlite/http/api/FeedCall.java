package io.github.hasqlite.http.api;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.FeedSubscription;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** What is committed from now on, or from a place on: as server-sent events, or as lines of JSON. Thread-safe. */
final class FeedCall implements ApiCall {

    private static final Set<String> OPTIONS = Set.of("from", "tables", "format");

    private static final String EVENTS = "text/event-stream";

    private final ApiNode node;
    private final int max;
    private final Semaphore free;
    private final Set<FeedWriter> writers = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    FeedCall(ApiNode node, int max) {
        this.node = node;
        this.max = max;
        this.free = new Semaphore(max);
    }

    @Override
    public void answer(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions options = RequestOptions.read(exchange.query(), OPTIONS);
        ChangeFeed feed = node.feed();
        if (feed == null) {
            throw new ApiException(new Problem(
                    409,
                    "This node follows nothing: it does not replicate, or ha.sqlite.subscriber.enabled is false. Ask"
                            + " another node."));
        }
        String accept = exchange.header("Accept");
        boolean events = accept != null && accept.toLowerCase(Locale.ROOT).contains(EVENTS);
        boolean debezium = options.isOther("format", "json", "debezium");
        long from = from(exchange.header("Last-Event-ID"), options);
        String tables = options.text("tables");
        FeedFilter filter = tables == null ? FeedFilter.ALL : FeedFilter.tables(Arrays.asList(tables.split(",", -1)));
        if (!free.tryAcquire()) {
            throw QueryCall.tooMany(max);
        }
        try {
            follow(exchange, feed, from, filter, events, debezium);
        } finally {
            free.release();
        }
    }

    private static long from(@Nullable String lastEventId, RequestOptions options) throws ApiException {
        String text = lastEventId == null || lastEventId.isBlank() ? options.text("from") : lastEventId.trim();
        if (text == null || text.equals("latest")) {
            return ChangeFeed.LATEST;
        }
        if (!text.matches("\\d{1,18}")) {
            throw new ApiException(new Problem(
                            400,
                            "The place to begin behind has to be the number of a message of the stream, or latest.")
                    .with("parameter", "from"));
        }
        return Long.parseLong(text);
    }

    private void follow(
            ApiExchange exchange, ChangeFeed feed, long from, FeedFilter filter, boolean events, boolean debezium)
            throws ApiException, IOException {
        FeedWriter writer = new FeedWriter(exchange, events, debezium);
        writers.add(writer);
        try (FeedSubscription subscription = subscribe(feed, from, filter, writer)) {
            exchange.whenGone(writer::end);
            if (ended) {
                writer.end();
            }
            exchange.status(200);
            exchange.header("Content-Type", events ? EVENTS : "application/x-ndjson");
            exchange.header("Cache-Control", "no-store");
            // a proxy that gathers answers would hold it up
            exchange.header("X-Accel-Buffering", "no");
            writer.run(subscription::isActive);
        } finally {
            writers.remove(writer);
        }
    }

    private static FeedSubscription subscribe(ChangeFeed feed, long from, FeedFilter filter, FeedWriter writer)
            throws ApiException {
        try {
            return feed.subscribe(from, filter, writer);
        } catch (SQLException e) {
            throw SqlProblem.of(e, -1);
        } catch (IOException e) {
            throw new ApiException(
                            new Problem(503, "The stream cannot be read now: " + e.getMessage() + ". Try again."), e)
                    .with("Retry-After", "1");
        }
    }

    /** Ends all, and those that come. */
    void end() {
        ended = true;
        writers.forEach(FeedWriter::end);
    }
}
