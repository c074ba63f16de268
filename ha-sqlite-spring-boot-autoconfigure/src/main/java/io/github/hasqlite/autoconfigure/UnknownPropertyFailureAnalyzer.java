package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains that there is no property of that name. Spring Boot's own analyzer would show the value,
 * which may be a secret whose name was misspelled.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UnknownPropertyFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(HaSqliteProperties.PREFIX);

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!PREFIX.equals(cause.getName())
                || !(cause.getCause() instanceof UnboundConfigurationPropertiesException unknown)) {
            return null;
        }
        List<String> names = unknown.getUnboundProperties().stream()
                .map(property -> "    " + property.getName()
                        + (property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")"))
                .toList();
        return new FailureAnalysis(
                "There is no such property:\n\n" + String.join("\n", names),
                "Correct the name or remove the property. docs/configuration.md of HA SQLite lists those there are.",
                cause);
    }
}
