package io.github.hasqlite.http.api;

import io.github.hasqlite.core.gateway.ReadLevel;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the question mark. Names that a call does not know are refused: a misspelled level is not to be
 * found out by reading what is stale.
 */
final class RequestOptions {

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private final Map<String, String> values;

    private RequestOptions(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads them.
     *
     * @param query still encoded, {@code null} if there is none
     * @param known their names
     * @throws ApiException 400 if one is not known, there twice, or not to be decoded
     */
    static RequestOptions read(@Nullable String query, Set<String> known) throws ApiException {
        Map<String, String> values = new HashMap<>();
        for (String part : query == null ? new String[0] : query.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = decoded(equals < 0 ? part : part.substring(0, equals));
            if (!known.contains(name)) {
                throw wrong(
                        name,
                        known.isEmpty()
                                ? "This call has no parameters."
                                : "Known are " + String.join(", ", new TreeSet<>(known)) + ".");
            }
            if (values.put(name, equals < 0 ? "" : decoded(part.substring(equals + 1))) != null) {
                throw wrong(name, "It is there twice.");
            }
        }
        return new RequestOptions(values);
    }

    private static String decoded(String text) throws ApiException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong(text, "It cannot be decoded: " + e.getMessage() + ".");
        }
    }

    private static ApiException wrong(String name, String why) {
        String shown = name.length() <= 64 ? name : name.substring(0, 64) + "…";
        return new ApiException(
                new Problem(400, "The parameter " + shown + " is wrong. " + why).with("parameter", shown));
    }

    /** A value as it is; {@code null} if it is not said. */
    @Nullable
    String text(String name) {
        return values.get(name);
    }

    /** How fresh what is read has to be. */
    ReadLevel level() throws ApiException {
        String value = values.get("level");
        if (value == null) {
            return ReadLevel.LOCAL;
        }
        try {
            return ReadLevel.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("level", "It has to be local, applied or strict.");
        }
    }

    /**
     * The position that is to be applied.
     *
     * @param stream of this node
     * @return 0 for none
     * @throws ApiException 400 if it is none, 409 if it is one of another stream
     */
    long position(String stream) throws ApiException {
        String value = values.get("position");
        if (value == null) {
            return 0;
        }
        if (value.matches("\\d{1,18}")) {
            return Long.parseLong(value);
        }
        PositionToken token = PositionToken.parse(value);
        if (token == null) {
            throw wrong("position", "It has to be what an answer has in its header HA-Sqlite-Position, or a number.");
        }
        if (!token.stream().equals(stream)) {
            throw new ApiException(new Problem(
                            409,
                            "The position " + token + " is one of another stream than this node follows"
                                    + (stream.isEmpty() ? "" : ", which is " + stream) + ". Begin without a position.")
                    .with("parameter", "position"));
        }
        return token.sequence();
    }

    /**
     * How long the call may take.
     *
     * @param most what it is at most, and if it is not said
     */
    Duration timeout(Duration most) throws ApiException {
        String value = values.get("timeout");
        if (value == null) {
            return most;
        }
        Duration wanted = duration(value);
        if (wanted == null || wanted.isZero() || wanted.isNegative()) {
            throw wrong("timeout", "It has to be longer than nothing, for example 500ms, 5s or PT5S.");
        }
        return wanted.compareTo(most) < 0 ? wanted : most;
    }

    private static @Nullable Duration duration(String value) {
        Matcher amount = AMOUNT.matcher(value);
        if (amount.matches()) {
            long number = Long.parseLong(amount.group(1));
            return switch (amount.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
        }
        try {
            return Duration.parse(value);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /**
     * Which of two ways is wanted.
     *
     * @param name of the parameter
     * @param usual what it is if it is not said
     * @param other the other way
     * @return whether it is the other way
     */
    boolean isOther(String name, String usual, String other) throws ApiException {
        String value = values.getOrDefault(name, usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw wrong(name, "It has to be " + usual + " or " + other + ".");
        }
        return value.equals(other);
    }
}
