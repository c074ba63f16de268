package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.FeedFilter;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Tells pages what is committed in the cluster, as server-sent events. */
@RestController
class LiveController {

    /** Each has a thread of the feed. */
    private static final int MAX_PAGES = 100;

    private final ObjectProvider<ChangeFeed> feeds;
    private final Set<LivePage> pages = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LiveController(ObjectProvider<ChangeFeed> feeds) {
        this.feeds = feeds;
    }

    /**
     * Follows what is committed.
     *
     * @param lastEvent what a browser sends when it connects again: it is told of what it has missed
     * @param from the same for a page that connects by itself; by default what comes from now on
     */
    @GetMapping(path = "/api/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter follow(
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastEvent,
            @RequestParam(defaultValue = "" + ChangeFeed.LATEST) long from) {
        ChangeFeed feed = feeds.getIfAvailable();
        if (feed == null) {
            throw problem(HttpStatus.CONFLICT, "This node follows nothing: it does not replicate.", null);
        }
        if (closed || pages.size() >= MAX_PAGES) {
            throw problem(HttpStatus.SERVICE_UNAVAILABLE, "This node has no room for another page.", null);
        }
        LivePage page = new LivePage(pages::remove);
        pages.add(page);
        try {
            long behind = Math.max(ChangeFeed.LATEST, lastEvent == null ? from : lastEvent);
            page.follow(feed.subscribe(behind, FeedFilter.ALL, page));
        } catch (IOException | SQLException e) {
            page.end();
            throw problem(HttpStatus.SERVICE_UNAVAILABLE, "The stream cannot be read now.", e);
        }
        if (closed) {
            page.end();
        }
        return page.emitter();
    }

    /** Lets a server that stops in order not wait for pages that never end by themselves. */
    @EventListener(ContextClosedEvent.class)
    void close() {
        closed = true;
        pages.forEach(LivePage::end);
    }

    private static ErrorResponseException problem(HttpStatus status, String detail, @Nullable Throwable cause) {
        return new ErrorResponseException(status, ProblemDetail.forStatusAndDetail(status, detail), cause);
    }
}
