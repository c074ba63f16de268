package io.github.hasqlite.autoconfigure;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Explains a refused value. Spring Boot's own analyzer would look the value up again and show it, also
 * where it is a URL with a password; and it says nothing about defaults and environment variables.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationPropertyValueException> {

    private final @Nullable Environment environment;

    InvalidPropertyFailureAnalyzer(@Nullable Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(
            Throwable rootFailure, InvalidConfigurationPropertyValueException cause) {
        String name = cause.getName();
        if (!name.startsWith(HaSqliteProperties.PREFIX + ".")) {
            return null;
        }
        String origin = origin(name);
        return new FailureAnalysis(
                "Invalid value '" + cause.getValue() + "' for configuration property '" + name + "'"
                        + (origin == null ? "" : " (" + origin + ")") + ". " + cause.getReason(),
                "Set " + name + " to a value that can be used.",
                cause);
    }

    private @Nullable String origin(String name) {
        if (!(environment instanceof ConfigurableEnvironment configurable)) {
            return null;
        }
        return configurable.getPropertySources().stream()
                .map(source -> OriginLookup.getOrigin(source, name))
                .filter(Objects::nonNull)
                .findFirst()
                .map(Origin::toString)
                .orElse(null);
    }
}
