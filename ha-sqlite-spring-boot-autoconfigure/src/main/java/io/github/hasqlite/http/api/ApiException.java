package io.github.hasqlite.http.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request is answered with a problem. */
final class ApiException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    ApiException(Problem problem) {
        this(problem, null);
    }

    ApiException(Problem problem, @Nullable Throwable cause) {
        // the stack says nothing that the problem does not
        super(problem.detail(), cause, false, false);
        this.problem = problem;
    }

    /** The same with a header. */
    ApiException with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Problem problem() {
        return problem;
    }

    Map<String, String> headers() {
        return headers;
    }
}
