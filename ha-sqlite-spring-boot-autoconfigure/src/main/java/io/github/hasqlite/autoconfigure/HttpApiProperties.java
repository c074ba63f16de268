package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;
import static io.github.hasqlite.autoconfigure.PropertyCheck.positive;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * SQL, copies and members for clients over HTTP. {@code toString} does not show the token.
 *
 * @param enabled Whether the HTTP server of the application answers SQL.
 * @param path Path below which it does.
 * @param access Who may use it.
 * @param token Token that clients send in the header Authorization, as Bearer. Without one, and with access token, only
 *     programs on this machine are answered, and the server has to listen on a loopback address.
 * @param timeout How long a request waits and runs at most.
 * @param maxBody Size of a request's body at most.
 * @param bodyTimeout How long a client has to send its body.
 * @param maxRequests How many requests are worked on at most at once.
 * @param maxAnswer Size of the answer to a transaction that writes at most; it is held in memory until the transaction is
 *     committed. What only reads may answer any number of rows.
 * @param maxFeeds How many clients follow changes at most at once. In a servlet container each has a thread of it.
 */
public record HttpApiProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/ha") String path,
        @DefaultValue("token") Access access,
        @Nullable String token,
        @DefaultValue("30s") Duration timeout,
        @DefaultValue("1MB") DataSize maxBody,
        @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("32") int maxRequests,
        @DefaultValue("8MB") DataSize maxAnswer,
        @DefaultValue("32") int maxFeeds) {

    private static final String PREFIX = "http.api.";

    /** Segments of letters, digits and what else stands for itself in a path. */
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)+");

    /** What a header can carry (RFC 6750, 2.1). */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final int MOST_AT_ONCE = 10_000;

    private static final int MIN_TOKEN = 16;

    /** In bytes: arrays have no more. */
    private static final DataSize MOST = DataSize.ofGigabytes(1);

    private static final DataSize LEAST = DataSize.ofKilobytes(1);

    /** Who may use the API. */
    public enum Access {
        /** Who knows the token. */
        TOKEN,
        /** Whom the application's Spring Security has authenticated. */
        APPLICATION
    }

    /** Refuses what cannot be, whether it is enabled or not. */
    void verify() {
        check(
                PATH.matcher(path).matches(),
                PREFIX + "path",
                path,
                "It has to begin with a slash and not to end with one, for example /ha.");
        if (token != null) {
            check(
                    token.length() >= MIN_TOKEN && TOKEN.matcher(token).matches(),
                    PREFIX + "token",
                    "***",
                    "It needs " + MIN_TOKEN + " characters at least, of letters, digits and -._~+/, for example what"
                            + " openssl rand -hex 32 prints.");
        }
        check(
                access == Access.TOKEN || !hasText(token),
                PREFIX + "access",
                access,
                "With a token the application's security has nothing to decide: leave out one of the two.");
        positive(timeout, PREFIX + "timeout");
        positive(bodyTimeout, PREFIX + "body-timeout");
        size(maxBody, PREFIX + "max-body");
        size(maxAnswer, PREFIX + "max-answer");
        count(maxRequests, PREFIX + "max-requests");
        count(maxFeeds, PREFIX + "max-feeds");
    }

    private static void count(int count, String name) {
        check(count >= 1 && count <= MOST_AT_ONCE, name, count, "It has to be 1 to " + MOST_AT_ONCE + ".");
    }

    private static void size(DataSize size, String name) {
        check(
                size.compareTo(LEAST) >= 0 && size.compareTo(MOST) <= 0,
                name,
                size,
                "It has to be 1KB at least and 1GB at most.");
    }

    @Override
    public String toString() {
        return "HttpApiProperties[enabled=" + enabled + ", path=" + path + ", access=" + access + ", token="
                + (token == null ? null : "***") + ", timeout=" + timeout + ", maxBody=" + maxBody + ", bodyTimeout="
                + bodyTimeout + ", maxRequests=" + maxRequests + ", maxAnswer=" + maxAnswer + ", maxFeeds=" + maxFeeds
                + "]";
    }
}
