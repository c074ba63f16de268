package io.github.hasqlite.http.api;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/** What was committed, and taking it back: the gateway's statements under other names. Thread-safe. */
final class HistoryCalls {

    private static final Pattern PLACE = Pattern.compile("\\d{1,18}");
    /** One of several that share a place. */
    private static final Pattern TRANSACTION = Pattern.compile("\\d{1,18}\\.\\d{1,9}");

    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,9})?(?:ns|us|ms|s|m|h|d))+");

    private final ApiNode node;
    private final QueryCall queries;
    private final Duration timeout;

    HistoryCalls(ApiNode node, QueryCall queries, Duration timeout) {
        this.node = node;
        this.queries = queries;
        this.timeout = timeout;
    }

    /** GET: the newest, or those since a place or for a duration. */
    void show(ApiExchange exchange, String since) throws ApiException, IOException {
        requireHistory();
        RequestOptions options = RequestOptions.read(exchange.query(), Set.of("timeout"));
        String from = since.isEmpty() ? "" : " " + place(since);
        queries.answer(exchange, "HISTORY" + from, options.timeout(timeout));
    }

    /**
     * POST: takes back.
     *
     * @param verb the statement's
     */
    ApiCall undo(String verb) {
        return (exchange, from) -> {
            requireHistory();
            RequestOptions options = RequestOptions.read(exchange.query(), Set.of("timeout", "dryRun", "cascade"));
            String sql = (options.isOther("dryRun", "false", "true") ? "EXPLAIN " : "")
                    + verb
                    + " "
                    + (TRANSACTION.matcher(from).matches() ? from : place(from))
                    + (options.isOther("cascade", "false", "true") ? " CASCADE" : "");
            queries.answer(exchange, sql, options.timeout(timeout));
        };
    }

    private void requireHistory() throws ApiException {
        if (node.feed() == null) {
            throw new ApiException(new Problem(
                    409,
                    "This node has no history: it does not replicate, or ha.sqlite.subscriber.enabled is false. Ask"
                            + " another node."));
        }
    }

    /** As it stands in a statement. */
    private static String place(String text) throws ApiException {
        if (PLACE.matcher(text).matches()) {
            return text;
        }
        if (DURATION.matcher(text).matches()) {
            return "'" + text + "'";
        }
        throw new ApiException(
                new Problem(400, "What is named has to be a place in the stream, or a duration such as 5m or 1h30m."));
    }
}
