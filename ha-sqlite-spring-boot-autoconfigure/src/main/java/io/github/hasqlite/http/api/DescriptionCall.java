package io.github.hasqlite.http.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The description of the API as OpenAPI has it. */
final class DescriptionCall implements ApiCall {

    private static final String RESOURCE = "openapi.json";

    /** Where the document has the path of the API. */
    private static final String PATH = "\"url\": \"/ha\"";

    private final String path;

    DescriptionCall(String path) {
        this.path = path;
    }

    @Override
    public void answer(ApiExchange exchange, String name) throws ApiException, IOException {
        RequestOptions.read(exchange.query(), Set.of());
        try (InputStream in = DescriptionCall.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new ApiException(new Problem(404, "The description was left out when this program was built."));
            }
            String document = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            JsonAnswer.send(
                    exchange,
                    200,
                    "application/json",
                    document.replace(PATH, "\"url\": \"" + path + "\"").getBytes(StandardCharsets.UTF_8));
        }
    }
}
