package io.github.hasqlite.http.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Small answers. */
final class JsonAnswer {

    private JsonAnswer() {}

    /** Sends lists, objects, texts and numbers. */
    static void send(ApiExchange exchange, int status, @Nullable Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = ApiJson.generator(bytes)) {
            ApiJson.write(out, value);
        }
        send(exchange, status, "application/json", bytes.toByteArray());
    }

    static void send(ApiExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.status(status);
        exchange.header("Content-Type", type);
        exchange.header("Cache-Control", "no-store");
        exchange.header("Content-Length", Integer.toString(body.length));
        exchange.answer().write(body);
    }
}
