package io.github.hasqlite.http.api;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Why a request was not answered, as RFC 9457 has it.
 *
 * @param status of HTTP
 * @param detail for people: what was attempted and what to do
 * @param more further members, with texts and integers: {@code sqlState}, {@code sqliteCode}, {@code pointer} and others
 */
record Problem(int status, String detail, Map<String, Object> more) {

    static final String TYPE = "application/problem+json";

    Problem(int status, String detail) {
        this(status, detail, Map.of());
    }

    /** The same with one more member. */
    Problem with(String name, Object value) {
        Map<String, Object> added = new LinkedHashMap<>(more);
        added.put(name, value);
        return new Problem(status, detail, added);
    }

    private String title() {
        return switch (status) {
            case 400 -> "Bad request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 408 -> "Too slow";
            case 409 -> "Conflict";
            case 413 -> "Too large";
            case 422 -> "Not executable";
            case 429 -> "Too many at once";
            case 503 -> "Unavailable at the moment";
            case 504 -> "No answer in time";
            case 507 -> "No room";
            default -> "Failed";
        };
    }

    byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = ApiJson.generator(bytes)) {
            out.writeStartObject();
            out.writeStringProperty("type", "about:blank");
            out.writeStringProperty("title", title());
            out.writeNumberProperty("status", status);
            out.writeStringProperty("detail", detail);
            more.forEach((name, value) -> {
                out.writeName(name);
                ApiJson.write(out, value);
            });
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
