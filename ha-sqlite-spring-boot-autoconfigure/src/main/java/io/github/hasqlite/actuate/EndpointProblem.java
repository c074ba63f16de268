package io.github.hasqlite.actuate;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why the endpoint does not do what it was asked for, and what to do instead. */
final class EndpointProblem extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String error;
    private final String action;

    private EndpointProblem(int status, String error, String action, @Nullable Throwable cause) {
        super(error + " " + action, cause);
        this.status = status;
        this.error = error;
        this.action = action;
    }

    /** There is no such thing. */
    static EndpointProblem unknown(String error, String action) {
        return new EndpointProblem(404, error, action, null);
    }

    /** The question is wrong. */
    static EndpointProblem wrong(String error, String action) {
        return new EndpointProblem(400, error, action, null);
    }

    /** This node cannot do that, or not in the state in which it is. */
    static EndpointProblem impossible(String error, String action) {
        return new EndpointProblem(409, error, action, null);
    }

    /** It was tried, and has failed. */
    static EndpointProblem failed(String error, String action, Exception cause) {
        return new EndpointProblem(503, error, action, cause);
    }

    /** As an HTTP status. */
    int status() {
        return status;
    }

    /** For people. */
    Map<String, String> body() {
        return Map.of("error", error, "action", action);
    }
}
