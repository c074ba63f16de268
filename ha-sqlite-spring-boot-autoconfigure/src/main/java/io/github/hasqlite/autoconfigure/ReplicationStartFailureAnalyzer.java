package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/** Explains why a node cannot start, in the exception's own words. */
final class ReplicationStartFailureAnalyzer extends AbstractFailureAnalyzer<ReplicationStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ReplicationStartException cause) {
        String problem = String.valueOf(cause.getMessage());
        return new FailureAnalysis(
                "The replicated database could not be started: " + problem + (problem.endsWith(".") ? "" : "."),
                StringUtils.capitalize(cause.action()),
                cause);
    }
}
