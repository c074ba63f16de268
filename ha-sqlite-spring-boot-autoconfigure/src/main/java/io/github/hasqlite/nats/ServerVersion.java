package io.github.hasqlite.nats;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Versions of nats-server, and which are too old to be good. */
public final class ServerVersion {

    /**
     * The first version with the repairs of the file store and of replicated streams that matter here:
     * everything before can lose or repeat messages when a server is killed or a leader changes.
     */
    public static final String RECOMMENDED = "2.10.23";

    /** The first version whose cluster of embedded servers is allowed. */
    public static final String FIRST_FOR_CLUSTER = "2.10.0";

    private static final Logger log = LoggerFactory.getLogger(ServerVersion.class);
    private static final Pattern NUMBERS = Pattern.compile("v?(\\d+)\\.(\\d+)\\.(\\d+).*");

    private ServerVersion() {}

    /** Whether a version is older than {@link #RECOMMENDED}; {@code false} if it cannot be read. */
    public static boolean isOld(String version) {
        return isBefore(version, RECOMMENDED);
    }

    /** Whether a version is older than another; {@code false} if it cannot be read. */
    public static boolean isBefore(String version, String first) {
        long[] given = numbers(version);
        long[] wanted = numbers(first);
        for (int i = 0; i < given.length; i++) {
            if (given[i] != wanted[i]) {
                return given[i] < wanted[i];
            }
        }
        return false;
    }

    public static void warnIfOld(String version) {
        if (isOld(version)) {
            log.warn(
                    "nats-server {} is older than {}; replication works, but update it: older ones have faults"
                            + " that lose messages when a server is killed",
                    version,
                    RECOMMENDED);
        }
    }

    private static long[] numbers(String version) {
        Matcher matcher = NUMBERS.matcher(version);
        if (!matcher.matches()) {
            return new long[0];
        }
        return new long[] {
            Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))
        };
    }
}
