package io.github.hasqlite.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** What an operator sees of the application over HTTP. */
@SpringBootTest
@AutoConfigureMockMvc
class ActuatorTests {

    @TempDir
    private static Path directory;

    @Autowired
    private MockMvcTester http;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        properties.add("ha.sqlite.path", () -> directory.resolve("tasks.db").toString());
        properties.add("ha.sqlite.name", () -> "n1");
        properties.add("management.endpoint.hasqlite.access", () -> "unrestricted");
    }

    @Test
    void saysHowItReplicates() {
        assertThat(http.get().uri("/actuator/hasqlite"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"databases\": {\"app\": {\"status\": \"UP\", \"node\": \"n1\"}}}");
        assertThat(http.get().uri("/actuator/hasqlite/app/members"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.members[*].name")
                .asArray()
                .containsExactly("n1");
        assertThat(http.get().uri("/actuator/info"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.hasqlite.sqliteVersion")
                .asString()
                .startsWith("3.");
    }

    @Test
    void whatCannotBeDoneSaysWhatToDo() {
        assertThat(http.get().uri("/actuator/hasqlite/tasks"))
                .hasStatus(HttpStatus.NOT_FOUND)
                .bodyJson()
                .isLenientlyEqualTo("{\"action\": \"This application has app.\"}");
        assertThat(http.post().uri("/actuator/hasqlite/app/retry").contentType(MediaType.APPLICATION_JSON))
                .hasStatus(HttpStatus.CONFLICT)
                .bodyJson()
                .extractingPath("$.error")
                .asString()
                .contains("has not stopped");
        assertThat(http.post()
                        .uri("/actuator/hasqlite/app/remove")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content("{\"node\": \"n1\"}"))
                .hasStatus(HttpStatus.BAD_REQUEST);
    }
}
