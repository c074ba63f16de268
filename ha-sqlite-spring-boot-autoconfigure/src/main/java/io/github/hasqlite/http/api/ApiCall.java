package io.github.hasqlite.http.api;

import java.io.IOException;

/** What is answered to a method of a path. Thread-safe. */
interface ApiCall {

    /**
     * Answers.
     *
     * @param name what the path names, empty if it names nothing
     * @throws ApiException if the answer is a problem; nothing has gone out then
     * @throws IOException if the client is gone, or its answer cannot be completed
     */
    void answer(ApiExchange exchange, String name) throws ApiException, IOException;
}
