package io.github.hasqlite.http.api;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests to the API. Thread-safe; each request is answered by the thread that brings it. */
public final class SqlApi implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(SqlApi.class);

    private static final int MAX_PATH = 4_096;

    private final ApiAccess access;
    private final Watch watch = new Watch();
    private final FeedCall feeds;

    /** By path and method. A path that ends with a slash has a name behind it. */
    private final Map<String, Map<String, ApiCall>> calls = new LinkedHashMap<>();

    /**
     * The API of a node.
     *
     * @param node what it shows
     * @param settings what clients may do
     */
    public SqlApi(ApiNode node, ApiSettings settings) {
        this.access = settings.access();
        this.feeds = new FeedCall(node, settings.maxFeeds());
        FileAnswer files = new FileAnswer();
        SnapshotCalls snapshots = new SnapshotCalls(node, files);
        ReplicationCalls replications = new ReplicationCalls(node);
        HealthCall health = new HealthCall(node);
        QueryCall queries = new QueryCall(node.gateway(), node.position(), settings, watch);
        HistoryCalls history = new HistoryCalls(node, queries, settings.timeout());
        calls.put("/query", Map.of("POST", queries));
        calls.put("/download", Map.of("GET", new DownloadCall(node, files)));
        calls.put("/snapshot", Map.of("POST", snapshots::take, "GET", snapshots::fetch));
        calls.put("/replications", Map.of("GET", replications::list));
        calls.put("/replications/", Map.of("GET", replications::list, "DELETE", replications::remove));
        calls.put("/history", Map.of("GET", history::show));
        calls.put("/history/", Map.of("GET", history::show));
        for (String verb : List.of("undo", "undoe", "undot")) {
            calls.put("/" + verb + "/", Map.of("POST", history.undo(verb.toUpperCase(Locale.ROOT))));
        }
        calls.put("/changes", Map.of("GET", feeds));
        calls.put("/healthz", Map.of("GET", health, "HEAD", health));
        calls.put("/openapi.json", Map.of("GET", new DescriptionCall(settings.path())));
    }

    /**
     * Answers a request.
     *
     * @throws IOException if the client is gone, or the answer has to end before its end; the connection is to be closed
     *     then, so that the client notices
     */
    public void answer(ApiExchange exchange) throws IOException {
        exchange.header("X-Content-Type-Options", "nosniff");
        try {
            dispatch(exchange);
        } catch (ApiException e) {
            logger.debug("A request was not answered", e);
            e.headers().forEach(exchange::header);
            JsonAnswer.send(
                    exchange, e.problem().status(), Problem.TYPE, e.problem().json());
        }
    }

    private void dispatch(ApiExchange exchange) throws ApiException, IOException {
        String path = exchange.path();
        // who watches whether this node runs needs no token
        if (!path.equals("/healthz")) {
            access.check(exchange);
        }
        Map<String, ApiCall> methods = calls.get(path);
        String name = "";
        int slash = path.indexOf('/', 1);
        if (methods == null && slash > 0 && path.length() <= MAX_PATH) {
            methods = calls.get(path.substring(0, slash + 1));
            name = decoded(path.substring(slash + 1));
        }
        if (methods == null || (slash > 0 && name.isEmpty())) {
            throw new ApiException(new Problem(
                    404, "There is no such call. Known are " + String.join(", ", new TreeSet<>(calls.keySet())) + "."));
        }
        ApiCall call = methods.get(exchange.method());
        if (call == null) {
            String allowed = String.join(", ", new TreeSet<>(methods.keySet()));
            throw new ApiException(new Problem(405, "This call knows the methods " + allowed + "."))
                    .with("Allow", allowed);
        }
        call.answer(exchange, name);
    }

    private static String decoded(String name) throws ApiException {
        try {
            // a plus sign in a path is one
            return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ApiException(new Problem(400, "The path cannot be decoded: " + e.getMessage() + "."), e);
        }
    }

    /** Ends the answers of those who follow changes, who would follow without end. */
    public void endFeeds() {
        feeds.end();
    }

    /** Ends what limits requests by time; the gateway ends the requests. */
    @Override
    public void close() {
        endFeeds();
        watch.close();
    }
}
