package io.github.hasqlite.actuate;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * From when on a node that replicates is not healthy although nothing has failed. What is 0 does not count.
 *
 * @param maxLag How old the oldest change may be that is in the stream and not applied on this node. 0 for any age.
 * @param maxOutboxLength How many transactions of this node may wait for the stream. 0 for any number.
 * @param maxOutboxAge How long a transaction of this node may wait for the stream. 0 for any time.
 */
@ConfigurationProperties(HaSqliteHealthProperties.PREFIX)
record HaSqliteHealthProperties(
        @DefaultValue("0") Duration maxLag,
        @DefaultValue("0") long maxOutboxLength,
        @DefaultValue("5m") Duration maxOutboxAge) {

    static final String PREFIX = "management.health.ha-sqlite";

    /** Nothing counts. */
    static final HaSqliteHealthProperties NO_LIMITS = new HaSqliteHealthProperties(Duration.ZERO, 0, Duration.ZERO);

    HaSqliteHealthProperties {
        refuse(maxLag.isNegative(), "max-lag", maxLag);
        refuse(maxOutboxLength < 0, "max-outbox-length", maxOutboxLength);
        refuse(maxOutboxAge.isNegative(), "max-outbox-age", maxOutboxAge);
    }

    private static void refuse(boolean wrong, String name, Object value) {
        if (wrong) {
            throw new InvalidConfigurationPropertyValueException(
                    PREFIX + "." + name, value, "It cannot be negative; 0 switches the limit off.");
        }
    }
}
