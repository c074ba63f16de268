package io.github.hasqlite.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.Monitoring;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Each panel of the dashboard has data, once a task was added. */
@SpringBootTest
@AutoConfigureMockMvc
@Tag("system")
class PrometheusTests {

    private static final Path MONITORING = Path.of("../ha-sqlite-spring-boot-autoconfigure/docs/monitoring");

    private static NatsServer server;

    @TempDir
    private static Path directory;

    @Autowired
    private MockMvcTester api;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        server = NatsServer.start();
        properties.add("ha.sqlite.path", () -> directory.resolve("tasks.db").toString());
        properties.add("ha.sqlite.replication-url", server::url);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyPanelHasData() throws Exception {
        MvcTestResult added = api.post()
                .uri("/api/tasks")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"title\": \"Water the plants\"}")
                .exchange();
        assertThat(added).hasStatus(201);
        MvcTestResult scraped = api.get().uri("/actuator/prometheus").exchange();
        assertThat(scraped).hasStatusOk();
        String scrape = scraped.getResponse().getContentAsString();
        // there is none without a conflict: the panel shows 0 then
        List<String> empty = Monitoring.read(MONITORING).unanswered(scrape).stream()
                .filter(query -> query.startsWith("panel ") && !query.startsWith("panel Conflicts"))
                .toList();
        assertThat(empty).isEmpty();
        assertThat(scrape)
                .containsPattern("ha_sqlite_changesets_total\\{[^}]*how=\"committed\"[^}]*} [1-9]")
                .containsPattern("ha_sqlite_commit_wait_seconds_count\\{[^}]*} [1-9]")
                .contains("pool=\"ha-sqlite\"", "pool=\"ha-sqlite-readers\"");
    }
}
