package io.github.hasqlite.http.api;

import io.github.hasqlite.http.api.QueryRequest.Parameters;
import io.github.hasqlite.http.api.QueryRequest.Query;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * Reads what a client wants to be run: {@code {"sql": …, "params": {…} or […]}}, or an array of these. Whatever else
 * there is is refused with its place.
 */
final class QueryReader {

    /** The only member of an object that stands for a blob. */
    static final String BLOB = "base64";

    private final JsonParser in;

    private QueryReader(JsonParser in) {
        this.in = in;
    }

    /**
     * Reads a body.
     *
     * @throws ApiException 400 with the place of what is wrong
     */
    static QueryRequest read(byte[] body) throws ApiException {
        try (JsonParser in = ApiJson.parser(body)) {
            return new QueryReader(in).read();
        } catch (JacksonException e) {
            throw new ApiException(
                    at(new Problem(400, "The body is no JSON: " + e.getOriginalMessage() + "."), e.getLocation()), e);
        }
    }

    private QueryRequest read() throws ApiException {
        JsonToken first = in.nextToken();
        List<Query> queries = new ArrayList<>();
        if (first == null) {
            throw wrong("The body is empty. " + FORM);
        } else if (first == JsonToken.START_ARRAY) {
            while (in.nextToken() != JsonToken.END_ARRAY) {
                queries.add(query());
            }
        } else {
            queries.add(query());
        }
        if (queries.isEmpty()) {
            throw wrong("The array has no statement. " + FORM);
        }
        if (in.nextToken() != null) {
            throw wrong("There is something behind the end. Several statements have to be in one array.");
        }
        return new QueryRequest(queries);
    }

    private static final String FORM =
            "Send {\"sql\": \"SELECT 1\"}, with \"params\" if there are any, or an array of these.";

    private Query query() throws ApiException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw wrong("A statement has to be an object. " + FORM);
        }
        String sql = null;
        Parameters parameters = new Parameters.Positional(List.of());
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            switch (name) {
                case "sql" -> sql = text(in.nextToken());
                case "params" -> parameters = parameters(in.nextToken());
                default -> throw wrong("\"" + excerpt(name) + "\" is not known. " + FORM);
            }
        }
        if (sql == null) {
            throw wrong("This object has no \"sql\". " + FORM);
        }
        return new Query(sql, parameters);
    }

    private String text(JsonToken token) throws ApiException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrong("\"sql\" has to be a text.");
        }
        return string();
    }

    /** A text that UTF-8 can say: half of a surrogate pair would become a question mark on its way. */
    private String string() throws ApiException {
        String text = in.getString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw wrong("The text has half of a surrogate pair (\\u" + Integer.toHexString(c) + ") at character "
                        + i + ", which is no character. Send bytes that are no text as a blob.");
            }
        }
        return text;
    }

    private Parameters parameters(JsonToken token) throws ApiException {
        return switch (token) {
            case START_ARRAY -> positional();
            case START_OBJECT -> named();
            case VALUE_NULL -> new Parameters.Positional(List.of());
            default -> throw wrong("\"params\" has to be an object with values by name, or an array of values.");
        };
    }

    private Parameters positional() throws ApiException {
        List<@Nullable Object> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            values.add(value());
        }
        return new Parameters.Positional(values);
    }

    private Parameters named() throws ApiException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            values.put(name, value());
        }
        return new Parameters.Named(values);
    }

    private @Nullable Object value() throws ApiException {
        return switch (in.currentToken()) {
            case VALUE_STRING -> string();
            case VALUE_NULL -> null;
            case VALUE_TRUE -> 1L;
            case VALUE_FALSE -> 0L;
            case VALUE_NUMBER_FLOAT -> real();
            case VALUE_NUMBER_INT -> integer();
            case START_OBJECT -> blob();
            default ->
                throw wrong("A parameter has to be a text, a number, true, false, null, or {\"" + BLOB
                        + "\": \"…\"} for a blob.");
        };
    }

    /** Also beyond what a double can hold: SQLite has infinity, and JSON no other way to say it. */
    private Double real() {
        return in.getDoubleValue();
    }

    private Long integer() throws ApiException {
        if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw wrong("An integer has at most 64 bits. Send it as a text, or as a number with a point.");
        }
        return in.getLongValue();
    }

    private byte[] blob() throws ApiException {
        if (in.nextToken() != JsonToken.PROPERTY_NAME
                || !in.currentName().equals(BLOB)
                || in.nextToken() != JsonToken.VALUE_STRING) {
            throw wrong("An object as a parameter has to be a blob: {\"" + BLOB + "\": \"AAEC\"}.");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(in.getString());
        } catch (IllegalArgumentException e) {
            throw wrong("This is not base64 (RFC 4648, 4): " + e.getMessage() + ".");
        }
        if (in.nextToken() != JsonToken.END_OBJECT) {
            throw wrong("An object with \"" + BLOB + "\" has nothing else.");
        }
        return bytes;
    }

    private ApiException wrong(String detail) {
        String pointer = in.streamReadContext().pathAsPointer().toString();
        Problem problem = new Problem(400, detail).with("pointer", pointer);
        return new ApiException(at(problem, in.currentTokenLocation()));
    }

    private static Problem at(Problem problem, @Nullable TokenStreamLocation place) {
        return place == null || place.getLineNr() < 1
                ? problem
                : problem.with("line", place.getLineNr()).with("column", Math.max(1, place.getColumnNr()));
    }

    private static String excerpt(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }
}
