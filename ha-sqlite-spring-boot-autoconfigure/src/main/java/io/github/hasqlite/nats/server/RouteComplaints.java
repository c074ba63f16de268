package io.github.hasqlite.nats.server;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What keeps servers from becoming one cluster stands nowhere but in their logs. Reads it there, and says what it means
 * and what to do. Thread-safe.
 */
final class RouteComplaints {

    /** A server tries again every second or so, and complains each time. */
    private static final long FORGOTTEN_NANOS = Duration.ofSeconds(20).toNanos();

    /** A line that means something. */
    private record Reading(Pattern line, Function<MatchResult, String> meaning) {}

    private static final List<Reading> READINGS = List.of(
            reading(
                    "cluster name \"([^\"]*)\" does not match \"([^\"]*)\"",
                    found -> "A server at one of the routes has the cluster name '" + found.group(1)
                            + "', and this one '" + found.group(2) + "': ha.sqlite.nats.embedded.cluster.name has to be"
                            + " the same on all, and the routes must not lead to another cluster"),
            reading(
                    "Remote server has a duplicate name: \"([^\"]*)\"",
                    found -> "Another server has the name '" + found.group(1)
                            + "', too: ha.sqlite.nats.embedded.name, by default the node's ha.sqlite.name, has to"
                            + " differ on each node"),
            reading(
                    "Route Error 'Authorization Violation'",
                    found -> "A server at one of the routes refused this one's credentials:"
                            + " ha.sqlite.nats.embedded.cluster.user and its password have to be the same on all"),
            reading(
                    "rid:\\d+ - authentication error",
                    found ->
                            "A server that came over a route was refused, because its credentials are not those of this"
                                    + " one, or it encrypts the route and this one does not:"
                                    + " ha.sqlite.nats.embedded.cluster.user and its password have to be the same on all, and"
                                    + " ha.sqlite.nats.embedded.cluster.ssl.bundle has to be set on all nodes or none"),
            reading(
                    "TLS route handshake error: (.*)",
                    found -> "A route could not be encrypted (" + found.group(1)
                            + "): ha.sqlite.nats.embedded.cluster.ssl.bundle has to be set on all nodes or none, and to"
                            + " trust the certificates of all"));

    private @Nullable String complaint;
    private long saidNanos;

    private static Reading reading(String pattern, Function<MatchResult, String> meaning) {
        return new Reading(Pattern.compile(pattern), meaning);
    }

    /** Takes notice of a line of the server's log. */
    synchronized void read(String line) {
        for (Reading reading : READINGS) {
            Matcher matcher = reading.line.matcher(line);
            if (matcher.find()) {
                complaint = reading.meaning.apply(matcher.toMatchResult());
                saidNanos = System.nanoTime();
            }
        }
    }

    /** What is in the way, if the server has complained about it lately; otherwise {@code null}. */
    synchronized @Nullable String newest() {
        return complaint == null || System.nanoTime() - saidNanos > FORGOTTEN_NANOS ? null : complaint;
    }
}
