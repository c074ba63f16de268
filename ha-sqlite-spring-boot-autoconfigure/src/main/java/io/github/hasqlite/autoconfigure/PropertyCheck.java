package io.github.hasqlite.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Refuses values of {@code ha.sqlite} properties, with a reason that says what would be right. */
final class PropertyCheck {

    /** A hundred years: clocks count nanoseconds in 63 bits, which end after 292 years, and some sum up two. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private PropertyCheck() {}

    /**
     * Refuses a value unless it is right.
     *
     * @param name the property without its prefix
     * @param shown the value as it may be shown: never a secret
     */
    static void check(boolean right, String name, @Nullable Object shown, String reason) {
        if (!right) {
            throw new InvalidConfigurationPropertyValueException(HaSqliteProperties.PREFIX + "." + name, shown, reason);
        }
    }

    static void positive(Duration value, String name) {
        check(
                !value.isNegative() && !value.isZero(),
                name,
                value,
                "It has to be longer than nothing, for example 15s.");
        notTooLong(value, name);
    }

    /** Refuses a duration that is less than another one, or too long. */
    static void atLeast(Duration least, Duration value, String name, String reason) {
        check(value.compareTo(least) >= 0, name, value, reason);
        notTooLong(value, name);
    }

    private static void notTooLong(Duration value, String name) {
        check(value.compareTo(LONGEST) <= 0, name, value, "It can be at most " + LONGEST.toDays() + "d.");
    }

    static boolean hasText(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
