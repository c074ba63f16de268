package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.ReplicationStartException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Refuses to start without replication where properties say that a NATS server is meant, and none says which: somebody
 * has forgotten it. Who switches replication off, with an empty URL or with the embedded server set to false, says so.
 */
final class ForgottenServer {

    private static final String COMMIT_MODE = HaSqliteProperties.PREFIX + ".commit-mode";
    private static final String REPLICAS = HaSqliteProperties.PREFIX + ".replicas";
    private static final String NATS = HaSqliteProperties.PREFIX + ".nats";

    private ForgottenServer() {}

    /**
     * Checks it for a database that nothing replicates.
     *
     * @throws ReplicationStartException if a server was forgotten
     */
    static void check(Environment environment) {
        Binder binder = Binder.get(environment);
        if (isSaid(binder, OnNatsCondition.URL) || isSaid(binder, OnNatsCondition.EMBEDDED)) {
            return;
        }
        List<String> meant = new ArrayList<>();
        if (binder.bind(COMMIT_MODE, CommitMode.class).orElse(CommitMode.SYNC) == CommitMode.STRICT) {
            meant.add(COMMIT_MODE + "=strict");
        }
        if (isSaid(binder, REPLICAS)) {
            meant.add(REPLICAS);
        }
        binder.bind(NATS, Bindable.mapOf(String.class, String.class)).orElse(Map.of()).entrySet().stream()
                .filter(property -> PropertyCheck.hasText(property.getValue()))
                .map(property -> NATS + "." + property.getKey())
                .forEach(meant::add);
        if (!meant.isEmpty()) {
            throw new ReplicationStartException(
                    String.join(", ", meant) + (meant.size() == 1 ? " needs" : " need")
                            + " a NATS server, and none is configured",
                    "Set " + OnNatsCondition.URL + " to the URL of one, or " + OnNatsCondition.EMBEDDED
                            + "=true to run one. If nothing should be replicated here, leave " + OnNatsCondition.URL
                            + " empty.",
                    null);
        }
    }

    private static boolean isSaid(Binder binder, String property) {
        return binder.bind(property, String.class).isBound();
    }
}
