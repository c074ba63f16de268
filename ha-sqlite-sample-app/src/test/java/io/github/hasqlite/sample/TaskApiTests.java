package io.github.hasqlite.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** The REST API on a SQLite file. */
@SpringBootTest
@AutoConfigureMockMvc
class TaskApiTests {

    private static final String UNKNOWN = "/api/tasks/00000000-0000-0000-0000-000000000000";

    @TempDir
    private static Path directory;

    @Autowired
    private MockMvcTester api;

    @Autowired
    private JdbcClient jdbc;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        properties.add("ha.sqlite.path", () -> directory.resolve("tasks.db").toString());
    }

    @BeforeEach
    void emptyBoard() {
        jdbc.sql("DELETE FROM task").update();
    }

    @Test
    void listsNothingOnAnEmptyBoard() {
        assertThat(api.get().uri("/api/tasks")).hasStatusOk().bodyJson().isEqualTo("[]");
    }

    @Test
    void addAnswersWithTheTaskAndWhereItIs() {
        MvcTestResult added = post("{\"title\": \"Water the plants\"}");

        assertThat(added).hasStatus(HttpStatus.CREATED);
        assertThat(added).bodyJson().isLenientlyEqualTo("{\"title\": \"Water the plants\", \"done\": false}");
        assertThat(added).bodyJson().extractingPath("$.createdAt").asString().endsWith("Z");
        assertThat(api.get().uri(location(added))).hasStatusOk().bodyJson().isStrictlyEqualTo(body(added));
    }

    @Test
    void listsInTheOrderOfAdding() {
        insert("00000000-0000-0000-0000-000000000002", "second", 20);
        insert("00000000-0000-0000-0000-000000000001", "first", 3);
        insert("00000000-0000-0000-0000-000000000003", "third", 20);

        assertThat(api.get().uri("/api/tasks"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$[*].title")
                .asArray()
                .containsExactly("first", "second", "third");
    }

    @Test
    void keepsWhatPeopleWrite() {
        String title = "'); DROP TABLE task; -- \u00e4\u4efb\u52a1\ud83d\ude80";

        MvcTestResult added = post("{\"title\": \"" + title + "\"}");

        assertThat(api.get().uri(location(added)))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.title")
                .isEqualTo(title);
    }

    @Test
    void changesOnlyWhatIsNamed() {
        String task = location(post("{\"title\": \"Water the plants\"}"));

        assertThat(patch(task, "{\"done\": true}"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"title\": \"Water the plants\", \"done\": true}");
        assertThat(patch(task, "{\"title\": \"Feed the cat\"}"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"title\": \"Feed the cat\", \"done\": true}");
        assertThat(api.get().uri(task)).bodyJson().isLenientlyEqualTo("{\"title\": \"Feed the cat\", \"done\": true}");
    }

    @Test
    void deletesOnce() {
        String task = location(post("{\"title\": \"Water the plants\"}"));

        assertThat(api.delete().uri(task)).hasStatus(HttpStatus.NO_CONTENT);
        assertThat(api.delete().uri(task)).hasStatus(HttpStatus.NOT_FOUND);
        assertThat(api.get().uri("/api/tasks")).bodyJson().isEqualTo("[]");
    }

    @Test
    void answersProblemWhenTaskIsUnknown() {
        assertThat(api.get().uri(UNKNOWN))
                .hasStatus(HttpStatus.NOT_FOUND)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .extractingPath("$.detail")
                .isEqualTo("There is no task 00000000-0000-0000-0000-000000000000.");
        assertThat(patch(UNKNOWN, "{\"done\": true}")).hasStatus(HttpStatus.NOT_FOUND);
    }

    @Test
    void answersProblemThatNamesTheFieldWhenTitleIsInvalid() {
        assertInvalidTitle(post("{}"));
        assertInvalidTitle(post("{\"title\": \" \"}"));
        assertInvalidTitle(post("{\"title\": \"" + "x".repeat(201) + "\"}"));
        String task = location(post("{\"title\": \"" + "x".repeat(200) + "\"}"));
        assertInvalidTitle(patch(task, "{\"title\": \" \"}"));
    }

    @Test
    void answersProblemWhenRequestCannotBeRead() {
        assertThat(post("{")).hasStatus(HttpStatus.BAD_REQUEST).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
        assertThat(api.get().uri("/api/tasks/17"))
                .hasStatus(HttpStatus.BAD_REQUEST)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void pagesMayLoadOnlyWhatIsHere() {
        assertThat(api.get().uri("/index.html"))
                .hasStatusOk()
                .hasHeader("Content-Security-Policy", PageHeaders.POLICY)
                .hasHeader("Cache-Control", "no-store")
                .bodyText()
                .doesNotContain("style=", "onclick", "http://", "https://");
    }

    @Test
    void aNodeAloneSaysThatItHasNoHistory() {
        assertThat(api.get().uri("/api/cluster"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"replicating\": false, \"conflicts\": 0}");
        assertThat(api.get().uri("/api/history")).hasStatus(HttpStatus.CONFLICT);
        assertThat(api.get().uri("/api/live")).hasStatus(HttpStatus.CONFLICT);
        assertThat(undo("{\"position\": 1, \"dryRun\": true, \"takeAlong\": false}"))
                .hasStatus(HttpStatus.CONFLICT);
        assertThat(undo("{\"position\": 0, \"dryRun\": true, \"takeAlong\": false}"))
                .hasStatus(HttpStatus.BAD_REQUEST);
    }

    private MvcTestResult undo(String json) {
        return api.post()
                .uri("/api/undo")
                .contentType(MediaType.APPLICATION_JSON)
                .content(json)
                .exchange();
    }

    private static void assertInvalidTitle(MvcTestResult result) {
        assertThat(result)
                .hasStatus(HttpStatus.BAD_REQUEST)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .extractingPath("$.errors[*].field")
                .asArray()
                .containsExactly("title");
    }

    private MvcTestResult post(String json) {
        return api.post()
                .uri("/api/tasks")
                .contentType(MediaType.APPLICATION_JSON)
                .content(json)
                .exchange();
    }

    private MvcTestResult patch(String uri, String json) {
        return api.patch()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .content(json)
                .exchange();
    }

    private static String location(MvcTestResult added) {
        String location = added.getResponse().getHeader(HttpHeaders.LOCATION);
        assertThat(location).startsWith("/api/tasks/");
        return location;
    }

    private static String body(MvcTestResult result) {
        return new String(result.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
    }

    private void insert(String id, String title, long createdAt) {
        jdbc.sql("INSERT INTO task (id, title, created_at) VALUES (?, ?, ?)")
                .params(id, title, createdAt)
                .update();
    }
}
