package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.nats.NatsStartException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;

/** Says for JDBC why the node of a URL could not be started, and what to do. */
final class UrlFailure {

    private UrlFailure() {}

    /** The exception to be thrown instead, with SQLState 08001; shows no values but those that may be shown. */
    static SQLException of(NodeUrl url, RuntimeException failure) {
        String what = "cannot open the database " + url.path() + ": ";
        if (failure instanceof InvalidUrlException
                || failure instanceof MutuallyExclusiveConfigurationPropertiesException) {
            return refused(what + failure.getMessage(), failure);
        }
        if (failure instanceof InvalidConfigurationPropertyValueException invalid) {
            return refused(
                    what + invalid.getName() + " cannot be '" + invalid.getValue() + "'. " + invalid.getReason(),
                    failure);
        }
        if (failure instanceof NatsStartException nats) {
            return failed(what + sentence(nats.getMessage()) + NatsStartFailureAnalyzer.action(nats.reason()), failure);
        }
        if (failure instanceof ReplicationStartException start) {
            return failed(what + sentence(start.getMessage()) + start.action(), failure);
        }
        return failed(what + failure.getMessage(), failure);
    }

    /** It would be the same another time. */
    static SQLException refused(String message, RuntimeException cause) {
        return new SQLNonTransientConnectionException(message, SqlStates.CANNOT_CONNECT, cause);
    }

    private static SQLException failed(String message, RuntimeException cause) {
        return new SQLException(message, SqlStates.CANNOT_CONNECT, cause);
    }

    private static String sentence(@Nullable String text) {
        String said = String.valueOf(text);
        return said.endsWith(".") ? said + " " : said + ". ";
    }
}
