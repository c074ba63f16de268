package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.nats.NatsStartException;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Says of a failure which database it is about, and names the properties of that one. */
final class DatabaseFailure {

    /** A property of the primary database that each of the others has, too. */
    private static final Pattern PROPERTY =
            Pattern.compile("ha\\.sqlite\\.(?!name\\b|enabled\\b|http\\b|databases\\b|joins\\b|nats\\.embedded\\b)");

    private DatabaseFailure() {}

    /** The failure to be thrown instead; the same if it is about no property and no start. */
    static RuntimeException of(String database, RuntimeException failure) {
        if (failure instanceof InvalidConfigurationPropertyValueException invalid) {
            InvalidConfigurationPropertyValueException named = new InvalidConfigurationPropertyValueException(
                    named(database, invalid.getName()),
                    invalid.getValue(),
                    named(database, String.valueOf(invalid.getReason())));
            named.addSuppressed(failure);
            return named;
        }
        if (failure instanceof NatsStartException nats) {
            ReplicationStartException named = new ReplicationStartException(
                    message(database, nats), named(database, NatsStartFailureAnalyzer.action(nats.reason())), null);
            // as its cause it would be explained in place of this
            named.addSuppressed(nats);
            return named;
        }
        if (failure instanceof ReplicationStartException start) {
            return new ReplicationStartException(
                    message(database, start), named(database, start.action()), start);
        }
        return failure;
    }

    private static String message(String database, Throwable failure) {
        return "database " + database + " (" + DatabaseProperties.prefix(database) + "): "
                + named(database, String.valueOf(failure.getMessage()));
    }

    private static String named(String database, String text) {
        return PROPERTY.matcher(text).replaceAll(DatabaseProperties.prefix(database) + ".");
    }
}
