package io.github.hasqlite.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.springframework.util.FileSystemUtils;

/** A headless Chromium of the system, driven over its own protocol. It knows nobody and keeps nothing. */
final class Chromium implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private static final Duration START = Duration.ofSeconds(30);

    private final Path folder;
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;

    private Chromium(Path program) throws IOException {
        folder = Files.createTempDirectory("chromium-test");
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-proxy-server",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        // it must not outlive tests that are stopped
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
        Path port = folder.resolve("DevToolsActivePort");
        try {
            Awaitility.await()
                    .atMost(START)
                    .until(() -> Files.exists(port) && Files.readAllLines(port).size() > 1);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        address = "127.0.0.1:" + Files.readAllLines(port).get(0);
    }

    /** The program, if this machine has it. */
    static Optional<Path> program() {
        return NAMES.stream()
                .flatMap(name -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(entry -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Chromium start(Path program) throws IOException {
        return new Chromium(program);
    }

    /** Opens a page of a width and height in pixels, in a tab of its own. */
    BrowserPage open(String url, int width, int height) throws Exception {
        String target = BrowserPage.created(http, URI.create("http://" + address + "/json/new?about:blank"));
        BrowserPage page = BrowserPage.connect(http, target);
        page.resize(width, height);
        page.navigate(url);
        return page;
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // its processes may write for a moment longer
        Awaitility.await().ignoreExceptions().until(() -> {
            FileSystemUtils.deleteRecursively(folder);
            return !Files.exists(folder);
        });
    }
}
