package io.github.hasqlite.http.api;

import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.ReadLevel;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.http.api.QueryRequest.Parameters;
import io.github.hasqlite.http.api.QueryRequest.Query;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Runs one statement, or several as one transaction. Thread-safe. */
final class QueryCall implements ApiCall {

    static final String POSITION = "HA-Sqlite-Position";

    private static final Set<String> OPTIONS = Set.of("level", "position", "timeout", "integers", "blobs");

    private final SqlGateway gateway;
    private final ReplicationPosition position;
    private final ApiSettings settings;
    private final Watch watch;
    private final Semaphore free;

    QueryCall(SqlGateway gateway, ReplicationPosition position, ApiSettings settings, Watch watch) {
        this.gateway = gateway;
        this.position = position;
        this.settings = settings;
        this.watch = watch;
        this.free = new Semaphore(settings.maxRequests());
    }

    @Override
    public void answer(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions options = RequestOptions.read(exchange.query(), OPTIONS);
        QueryWishes wishes = new QueryWishes(
                options.level(),
                options.position(position.stream()),
                options.timeout(settings.timeout()),
                new ResultWriter.Format(
                        options.isOther("integers", "number", "text"), options.isOther("blobs", "text", "object")));
        QueryRequest request = QueryReader.read(RequestBody.read(exchange, settings.maxBody(), settings.bodyTimeout()));
        answer(exchange, request.queries(), wishes);
    }

    /** Runs a statement that another call stands for. */
    void answer(ApiExchange exchange, String sql, Duration timeout) throws ApiException, IOException {
        answer(
                exchange,
                List.of(new Query(sql, new Parameters.Positional(List.of()))),
                new QueryWishes(ReadLevel.LOCAL, 0, timeout, new ResultWriter.Format(false, false)));
    }

    private void answer(ApiExchange exchange, List<Query> queries, QueryWishes wishes)
            throws ApiException, IOException {
        if (!free.tryAcquire()) {
            throw tooMany(settings.maxRequests());
        }
        try {
            run(exchange, queries, wishes);
        } finally {
            free.release();
        }
    }

    static ApiException tooMany(int max) {
        return new ApiException(new Problem(
                        429, max + " requests are worked on already, which are as many as may be at once. Try again."))
                .with("Retry-After", "1");
    }

    private void run(ApiExchange exchange, List<Query> queries, QueryWishes wishes) throws ApiException, IOException {
        try (GatewaySession session = gateway.open();
                Watch.Watched watched = watch.over(session, wishes.timeout())) {
            exchange.whenGone(watched::endNow);
            await(session, wishes);
            new QueryRun(exchange, session, wishes, watched, position, settings.maxAnswer()).answer(queries);
        } catch (SQLException e) {
            throw SqlProblem.of(e, -1);
        }
    }

    private static void await(GatewaySession session, QueryWishes wishes) throws ApiException {
        if (wishes.level() == ReadLevel.LOCAL && wishes.position() == 0) {
            return;
        }
        try {
            session.await(wishes.level(), wishes.position(), wishes.timeout());
        } catch (SQLException e) {
            ApiException unreached = SqlProblem.of(e, -1);
            throw new ApiException(
                            new Problem(
                                    503,
                                    "This node has not applied what the request wants to see: "
                                            + unreached.problem().detail(),
                                    unreached.problem().more()),
                            e)
                    .with("Retry-After", "1");
        }
    }
}
