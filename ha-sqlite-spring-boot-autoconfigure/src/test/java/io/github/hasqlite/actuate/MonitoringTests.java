package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.Monitoring;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alert rules ask for what there is, by the names that Prometheus has for it. */
@Tag("system")
class MonitoringTests {

    @TempDir
    private Path folder;

    @Test
    void dashboardAndAlertsAskForWhatThereIs() throws Exception {
        Monitoring monitoring = Monitoring.read(Path.of("docs/monitoring"));
        String scrape = scrape();
        assertThat(monitoring.unanswered(scrape)).isEmpty();
        assertThat(monitoring.queries().keySet()).anyMatch(name -> name.startsWith("alert "));
        Set<String> notAsked = new TreeSet<>(Monitoring.names(scrape));
        notAsked.removeAll(monitoring.names());
        notAsked.removeIf(name -> !name.startsWith("ha_sqlite_") || name.matches(".*_seconds_(max|sum|count)"));
        assertThat(notAsked).as("no panel and no alert").isEmpty();
    }

    @Test
    void aNameALabelOrAValueThatIsNotThereIsFound() throws Exception {
        Monitoring monitoring = Monitoring.read(Path.of("docs/monitoring"));
        String scrape = scrape();
        assertThat(monitoring.unanswered(scrape.replace("ha_sqlite_lag_seconds", "ha_sqlite_lag")))
                .anyMatch(each -> each.startsWith("panel Lag A: ha_sqlite_lag_seconds"));
        assertThat(monitoring.unanswered(scrape.replace("stage=\"commit\"", "stage=\"commits\"")))
                .anyMatch(each -> each.startsWith("alert HaSqliteCommitsFail"));
        assertThat(monitoring.unanswered(scrape.replace("database=\"", "of=\"")))
                .contains("alert HaSqliteConflicts: by database", "alert HaSqliteConflicts: shows database");
        assertThat(monitoring.unanswered(scrape.replace("how=\"", "as=\""))).contains("panel Rows A: shows how");
    }

    private String scrape() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(server, folder.resolve("app.db"), "n1", CommitMode.ASYNC)) {
            new HaSqliteMetrics(node.dataSource()).bindTo(registry);
            return registry.scrape();
        }
    }
}
