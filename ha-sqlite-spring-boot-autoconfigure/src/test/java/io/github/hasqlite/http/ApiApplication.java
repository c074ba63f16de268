package io.github.hasqlite.http;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteHttpApiAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteServletApiAutoConfiguration;
import io.github.hasqlite.http.api.SqlApi;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application with the HTTP API, in a real servlet container on the loopback interface. */
final class ApiApplication implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebServer web;

    /** An answer, and what it says. */
    record Answer(int status, String body, HttpResponse<String> response) {

        JsonNode json() {
            return JSON.readTree(body);
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    private ApiApplication(Path folder, String name, List<String> properties) {
        List<String> all = new ArrayList<>(List.of(
                "ha.sqlite.path=" + folder.resolve(name + ".db"),
                "ha.sqlite.name=" + name,
                "ha.sqlite.replication-id=app",
                "ha.sqlite.http.api.enabled=true",
                "server.address=127.0.0.1"));
        all.addAll(properties);
        TestPropertyValues.of(all).applyTo(context);
        context.setServletContext(new MockServletContext());
        context.register(
                HaSqliteAutoConfiguration.class,
                HaSqliteHttpApiAutoConfiguration.class,
                HaSqliteServletApiAutoConfiguration.class);
        context.refresh();
        web = new WebServer(folder).readTimeout(2_000).with("/ha/*", servlet()).start();
    }

    static ApiApplication start(Path folder, String name, String... properties) {
        return new ApiApplication(folder, name, Arrays.asList(properties));
    }

    private HttpServlet servlet() {
        return new SqlApiServlet(context.getBean(SqlApi.class));
    }

    HaSqliteDataSource dataSource() {
        return context.getBean(HaSqliteDataSource.class);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    String url() {
        return web.url() + "/ha";
    }

    int port() {
        return URI.create(web.url()).getPort();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body(), response);
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return client.send(request.build(), handler);
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    /** Runs what is to succeed. */
    Answer query(String body) throws IOException, InterruptedException {
        Answer answer = post("/query", body);
        if (answer.status() != 200) {
            throw new AssertionError(answer);
        }
        return answer;
    }

    /** The rows of one statement. */
    String rows(String sql) throws IOException, InterruptedException {
        return query("{\"sql\":" + JSON.writeValueAsString(sql) + "}")
                .json()
                .at("/results/0/rows")
                .toString();
    }

    @Override
    public void close() {
        web.close();
        context.close();
    }
}
