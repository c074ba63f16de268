package io.github.hasqlite.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tab of a browser, over the Chrome DevTools protocol. */
final class BrowserPage implements WebSocket.Listener {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Map<String, Integer> KEYS = Map.of("Tab", 9, "Enter", 13, "Escape", 27, " ", 32);

    private final JsonMapper json = JsonMapper.shared();
    private final StringBuilder message = new StringBuilder();
    private final AtomicInteger last = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private WebSocket socket;

    /** Makes a tab and returns where it is driven. */
    static String created(HttpClient http, URI uri) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build();
        return JsonMapper.shared()
                .readTree(http.send(request, BodyHandlers.ofString()).body())
                .get("webSocketDebuggerUrl")
                .asString();
    }

    static BrowserPage connect(HttpClient http, String url) {
        BrowserPage page = new BrowserPage();
        page.socket =
                http.newWebSocketBuilder().buildAsync(URI.create(url), page).join();
        for (String domain : List.of("Page", "Runtime", "Log", "Audits", "Accessibility")) {
            page.call(domain + ".enable", Map.of());
        }
        // only one tab is in front, and both are to be seen
        page.call("Emulation.setFocusEmulationEnabled", Map.of("enabled", true));
        return page;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean end) {
        message.append(data);
        if (end) {
            JsonNode read = json.readTree(message.toString());
            message.setLength(0);
            if (read.has("id")) {
                answers.remove(read.get("id").asInt()).complete(read);
            } else {
                note(read);
            }
        }
        from.request(1);
        return null;
    }

    /** Errors of scripts, and what the content security policy has refused. */
    private void note(JsonNode event) {
        String text = event.toString();
        switch (event.get("method").asString()) {
            case "Runtime.exceptionThrown" -> complaints.add(text);
            case "Log.entryAdded" -> {
                if (text.contains("Content Security Policy")) {
                    complaints.add(text);
                }
            }
            case "Audits.issueAdded" -> {
                if (text.contains("ContentSecurityPolicyIssue")) {
                    complaints.add(text);
                }
            }
            default -> {}
        }
    }

    /** What the browser has complained about, if anything. */
    List<String> complaints() {
        return complaints;
    }

    JsonNode call(String method, Map<String, ?> parameters) {
        int id = last.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(json.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .join();
        JsonNode answered =
                answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (answered.has("error")) {
            throw new IllegalStateException(method + ": " + answered.get("error"));
        }
        return answered.get("result");
    }

    void resize(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    void navigate(String url) {
        call("Page.navigate", Map.of("url", url));
        await("document.readyState === 'complete' && location.href.startsWith('" + url + "')");
    }

    /** Which scheme of colours it prefers: light or dark. */
    void prefer(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** The value of an expression. */
    JsonNode evaluate(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    /** Waits until an expression is true. */
    void await(String expression) {
        Awaitility.await(expression)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
    }

    /** The text of the first element that a selector finds. */
    String text(String selector) {
        return evaluate("document.querySelector('" + selector + "')?.textContent ?? ''")
                .asString();
    }

    /** Waits until that has a text in it. */
    void awaitText(String selector, String text) {
        await("document.querySelector('" + selector + "')?.textContent.includes('" + text + "')");
    }

    void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses a key as a keyboard does, with Control (2) or Shift (8), or 0 for none. */
    void press(String key, int modifiers) {
        String text = key.equals("Enter") ? "\r" : key.equals(" ") ? " " : "";
        Map<String, Object> pressed = Map.of(
                "type",
                text.isEmpty() ? "rawKeyDown" : "keyDown",
                "key",
                key,
                "code",
                key.equals(" ") ? "Space" : key,
                "windowsVirtualKeyCode",
                KEYS.get(key),
                "modifiers",
                modifiers,
                "text",
                text);
        call("Input.dispatchKeyEvent", pressed);
        call(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", KEYS.get(key), "modifiers", modifiers));
    }

    /** Goes on with the tabulator until an expression of {@code active}, the element with the focus, is true. */
    void tabTo(String expression) {
        String question = "(active => Boolean(active && (" + expression + ")))(document.activeElement)";
        for (int presses = 0; presses < 60; presses++) {
            if (evaluate(question).asBoolean()) {
                return;
            }
            press("Tab", 0);
        }
        throw new AssertionError("the keyboard does not reach " + expression);
    }

    /** Keeps how it looks, for people. */
    void picture(Path file) throws Exception {
        JsonNode answer = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(answer.get("data").asString()));
    }

    void close() {
        call("Page.close", Map.of());
    }
}
