package io.github.hasqlite.actuate;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The endpoint over HTTP: what it cannot do has a status that says so, and a body with what to do. */
@EndpointWebExtension(endpoint = HaSqliteEndpoint.class)
public final class HaSqliteEndpointWebExtension {

    private final HaSqliteEndpoint endpoint;

    HaSqliteEndpointWebExtension(HaSqliteEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @ReadOperation
    public WebEndpointResponse<Object> databases() {
        return answer(endpoint::databases);
    }

    @ReadOperation
    public WebEndpointResponse<Object> database(@Selector String database) {
        return answer(() -> endpoint.database(database));
    }

    @ReadOperation
    public WebEndpointResponse<Object> part(@Selector String database, @Selector String part, @Nullable String limit) {
        return answer(() -> endpoint.part(database, part, limit));
    }

    @ReadOperation
    public WebEndpointResponse<Object> entry(
            @Selector String database, @Selector String part, @Selector String sequence) {
        return answer(() -> endpoint.entry(database, part, sequence));
    }

    @WriteOperation
    public WebEndpointResponse<Object> operate(
            @Selector String database, @Selector String operation, @Nullable String node, @Nullable String timeout) {
        return answer(() -> endpoint.operate(database, operation, node, timeout));
    }

    private static WebEndpointResponse<Object> answer(Supplier<Object> answered) {
        try {
            return new WebEndpointResponse<>(answered.get());
        } catch (EndpointProblem e) {
            return new WebEndpointResponse<>(e.body(), e.status());
        }
    }
}
