package io.github.hasqlite.http.api;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request without a server. */
final class RecordedExchange implements ApiExchange {

    final Map<String, String> sent = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final Map<String, String> answered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    final String method;
    final String path;

    @Nullable
    String query;

    InputStream body = new ByteArrayInputStream(new byte[0]);
    boolean local = true;
    boolean authenticated;
    int status;

    RecordedExchange(String method, String path) {
        this.method = method;
        this.path = path;
    }

    RecordedExchange with(String header, String value) {
        sent.put(header, value);
        return this;
    }

    RecordedExchange body(String text) {
        body = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    String text() {
        return answer.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public @Nullable String query() {
        return query;
    }

    @Override
    public @Nullable String header(String name) {
        return sent.get(name);
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public boolean isLocal() {
        return local;
    }

    @Override
    public boolean isAuthenticated() {
        return authenticated;
    }

    @Override
    public void status(int status) {
        this.status = status;
    }

    @Override
    public void header(String name, String value) {
        answered.put(name, value);
    }

    @Override
    public OutputStream answer() {
        return answer;
    }
}
