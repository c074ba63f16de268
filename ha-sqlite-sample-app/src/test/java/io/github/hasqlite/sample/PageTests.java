package io.github.hasqlite.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The page of two nodes, in a browser. Skipped where there is no Chromium: .ci/install-chromium gets one. */
@Tag("system")
@Timeout(120)
class PageTests {

    /** Where pictures of the page go, if anybody wants them. */
    private static final String PICTURES = System.getProperty("ha.sqlite.test.pictures", "");

    @TempDir
    private static Path folder;

    private static NatsServer server;
    private static Chromium browser;
    private static ConfigurableApplicationContext first;
    private static ConfigurableApplicationContext second;

    private BrowserPage one;
    private BrowserPage two;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Chromium.program();
        assumeTrue(program.isPresent(), "SKIPPED: there is no Chromium here; .ci/install-chromium gets one");
        server = NatsServer.start();
        first = node("n1", 0);
        second = node("n2", 0);
        browser = Chromium.start(program.get());
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        for (ConfigurableApplicationContext node : new ConfigurableApplicationContext[] {second, first}) {
            if (node != null) {
                node.close();
            }
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open() throws Exception {
        first.getBean(JdbcClient.class).sql("DELETE FROM task").update();
        one = browser.open(url(first), 1280, 900);
        two = browser.open(url(second), 360, 740);
        one.awaitText("#connection", "Live");
        two.awaitText("#connection", "Live");
    }

    @AfterEach
    void close() {
        if (one != null && two != null) {
            assertThat(one.complaints()).isEmpty();
            assertThat(two.complaints()).isEmpty();
            one.close();
            two.close();
        }
    }

    @Test
    void whatIsDoneOnOneNodeIsSeenOnTheOtherAndUndone() throws Exception {
        one.evaluate("window.same = true");
        two.evaluate("window.same = true");
        add(one, "Water the plants");
        two.awaitText("#tasks", "Water the plants");
        two.awaitText("#announcements", "n1 added");
        two.awaitText("#changes", "Water the plants");
        add(two, "<img src=x onerror=alert(1)>");
        one.awaitText("#tasks", "<img src=x");
        assertThat(one.evaluate("document.querySelectorAll('#tasks img').length")
                        .asInt())
                .isZero();
        one.awaitText("#changes", "n1, you");

        two.evaluate("document.querySelector('#tasks input').click()");
        one.await("document.querySelector('#tasks input').checked");
        // n2 has changed it since
        one.await("!document.querySelector('#undo').disabled");
        one.evaluate("document.querySelector('#undo').click()");
        one.awaitText("#undo-conflict-list", "was changed since");
        assertThat(one.evaluate("document.querySelector('#undo-confirm').disabled")
                        .asBoolean())
                .isTrue();
        pictures(one, "conflict");
        one.evaluate("document.querySelector('#undo-along').click()");
        one.await("!document.querySelector('#undo-confirm').disabled");
        one.awaitText("#undo-steps", "deletes “Water the plants”");
        one.evaluate("document.querySelector('#undo-confirm').click()");
        one.await("document.querySelectorAll('#tasks li').length === 1");
        two.await("document.querySelectorAll('#tasks li').length === 1");
        assertThat(one.evaluate("window.same").asBoolean()).isTrue();
        assertThat(two.evaluate("window.same").asBoolean()).isTrue();
    }

    @Test
    void theKeyboardAloneIsEnough() {
        one.tabTo("active.id === 'new-title'");
        one.type("Feed the cat");
        one.press("Enter", 0);
        two.awaitText("#tasks", "Feed the cat");
        one.awaitText("#tasks", "Feed the cat");
        one.tabTo("active.type === 'checkbox'");
        one.press(" ", 0);
        two.await("document.querySelector('#tasks input').checked");
        one.await("!document.querySelector('#undo').disabled");
        one.awaitText("#changes", "done from 0 to 1");
        one.awaitText("#changes li:first-child", "you");
        one.tabTo("active.id === 'undo'");
        one.press("Enter", 0);
        one.await("document.activeElement.id === 'undo-confirm' && !document.activeElement.disabled");
        one.press("Escape", 0);
        one.await("document.activeElement.id === 'undo'");
        one.press("Enter", 0);
        one.await("document.activeElement.id === 'undo-confirm' && !document.activeElement.disabled");
        one.press("Enter", 0);
        two.await("!document.querySelector('#tasks input').checked");
        // while it is open the keyboard stays in it
        one.await("document.querySelector('dialog[open]') === null");
        one.tabTo("active.id === 'sql'");
        one.press("Enter", 2);
        one.awaitText("#query-result", "Feed the cat");
        one.tabTo("active.textContent === 'Delete'");
        one.press("Enter", 0);
        two.await("document.querySelectorAll('#tasks li').length === 0");
        one.await("document.activeElement.id === 'new-title'");
    }

    @Test
    void theConsoleShowsRowsAndErrors() {
        query(one, "SELECT 9007199254740993 AS big, NULL AS none, x'00ff' AS bytes, 'a < b' AS words");
        one.awaitText("#query-result", "9007199254740993");
        assertThat(one.text("#query-result")).contains("NULL", "base64 AP8=", "a < b");
        query(one, "SELEC 1");
        one.awaitText("#query-problem", "syntax error");
        assertThat(one.evaluate("document.querySelector('#query-result').hidden")
                        .asBoolean())
                .isTrue();
        query(
                one,
                "INSERT INTO task (id, title, created_at) VALUES ('00000000-0000-0000-0000-000000000001', 'sent', 1)");
        one.awaitText("#query-result", "rows_affected");
        two.awaitText("#tasks", "sent");
    }

    @Test
    void itFitsOnAPhoneAndEverythingHasAName() throws Exception {
        add(one, "A title without any place to break it: " + "x".repeat(120));
        two.awaitText("#tasks", "xxx");
        query(two, "SELECT *, 'a value that is as wide as values can be in tables' AS wide FROM task");
        two.awaitText("#query-result", "xxx");
        assertThat(two.evaluate("document.documentElement.scrollWidth").asInt()).isEqualTo(360);
        for (JsonNode node : two.call("Accessibility.getFullAXTree", Map.of()).get("nodes")) {
            String role = node.path("role").path("value").asString("");
            if (List.of("button", "checkbox", "textbox", "combobox", "list", "region", "dialog")
                    .contains(role)) {
                assertThat(node.path("name").path("value").asString(""))
                        .as("name of a %s", role)
                        .isNotBlank();
            }
        }
        pictures(one, "wide");
        pictures(two, "phone");
    }

    @Test
    void aNodeThatGoesAwayIsShown() throws Exception {
        one.await("document.querySelectorAll('#members li').length === 2");
        int port = port(second);
        second.close();
        one.awaitText("#members [data-state=gone]", "n2");
        two.awaitText("#connection", "Connection lost, trying again");
        pictures(one, "gone");
        pictures(two, "lost");
        add(one, "Written meanwhile");
        second = node("n2", port);
        two.awaitText("#connection", "Live");
        two.awaitText("#tasks", "Written meanwhile");
        one.await("!document.querySelector('#members [data-state=gone]')");
        add(one, "And live again");
        two.awaitText("#tasks", "And live again");
    }

    private static void add(BrowserPage page, String title) {
        page.evaluate("document.querySelector('#new-title').focus()");
        page.type(title);
        page.press("Enter", 0);
        page.await("document.querySelector('#new-title').value === ''");
    }

    private static void query(BrowserPage page, String sql) {
        page.evaluate("document.querySelector('#sql').select(); document.querySelector('#sql').focus()");
        page.type(sql);
        page.press("Enter", 2);
    }

    private static void pictures(BrowserPage page, String name) throws Exception {
        if (PICTURES.isEmpty()) {
            return;
        }
        for (String scheme : List.of("light", "dark")) {
            page.prefer(scheme);
            page.picture(Path.of(PICTURES, name + "-" + scheme + ".png"));
        }
    }

    private static ConfigurableApplicationContext node(String name, int port) {
        return new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=" + port,
                        "--spring.jmx.enabled=false",
                        "--ha.sqlite.name=" + name,
                        "--ha.sqlite.path=" + folder.resolve(name).resolve("tasks.db"),
                        "--ha.sqlite.replication-url=" + server.url());
    }

    private static int port(ConfigurableApplicationContext node) {
        return node.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private static String url(ConfigurableApplicationContext node) {
        return "http://127.0.0.1:" + port(node) + "/";
    }
}
