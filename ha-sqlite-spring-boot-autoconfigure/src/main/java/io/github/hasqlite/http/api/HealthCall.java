package io.github.hasqlite.http.api;

import io.github.hasqlite.ReplicationStatus;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Whether this node answers and replicates; why it does not is not said to everybody. */
final class HealthCall implements ApiCall {

    private final ApiNode node;

    HealthCall(ApiNode node) {
        this.node = node;
    }

    @Override
    public void answer(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        ReplicationStatus status = node.dataSource().replicationStatus();
        boolean up = node.dataSource().isStarted() && status.halted() == null;
        JsonAnswer.send(exchange, up ? 200 : 503, Map.of("status", up ? "up" : "down"));
    }
}
