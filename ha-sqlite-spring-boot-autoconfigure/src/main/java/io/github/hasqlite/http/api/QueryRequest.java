package io.github.hasqlite.http.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client wants to be run.
 *
 * @param queries in their order, at least one
 */
record QueryRequest(List<Query> queries) {

    /** A statement with the values of its parameters. */
    record Query(String sql, Parameters parameters) {}

    /** Values of parameters: Long, Double, String, byte[] or {@code null}. */
    sealed interface Parameters {

        /** By their places. */
        record Positional(List<@Nullable Object> values) implements Parameters {}

        /** By their names, with or without the character in front. */
        record Named(Map<String, @Nullable Object> values) implements Parameters {}
    }
}
