package io.github.hasqlite.http.api;

import io.github.hasqlite.core.file.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may use the API. Thread-safe. */
public sealed interface ApiAccess {

    /**
     * Checks who sends a request, by its headers alone.
     *
     * @throws ApiException if it is not answered
     */
    void check(ApiExchange exchange) throws ApiException;

    /** Who knows a token, wherever it comes from. */
    record OfToken(String token) implements ApiAccess {

        private static final String SCHEME = "Bearer ";

        @Override
        public void check(ApiExchange exchange) throws ApiException {
            String authorization = exchange.header("Authorization");
            if (authorization == null || !isKnown(authorization)) {
                throw new ApiException(new Problem(
                                401,
                                authorization == null
                                        ? "This needs a token, in the header Authorization: Bearer …"
                                        : "The token in the header Authorization is not the one that is needed."))
                        .with("WWW-Authenticate", "Bearer realm=\"ha-sqlite\"");
            }
        }

        private boolean isKnown(String authorization) {
            if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return false;
            }
            // digests have one length, so that the time of comparing says nothing of the token's
            return MessageDigest.isEqual(
                    digest(authorization.substring(SCHEME.length()).trim()), digest(token));
        }

        private static byte[] digest(String text) {
            return Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String toString() {
            return "OfToken[token=***]";
        }
    }

    /** Whom the security of the application lets through and knows by name. */
    record OfApplication() implements ApiAccess {

        @Override
        public void check(ApiExchange exchange) throws ApiException {
            if (!exchange.isAuthenticated()) {
                throw new ApiException(new Problem(
                        401,
                        "Nobody is logged in, and ha.sqlite.http.api.access says that the application's security decides."
                                + " It has to require authentication for this path."));
            }
            // who is logged in with a cookie may be looking at somebody else's page
            Origins.requireSameSite(exchange);
        }
    }

    /**
     * Programs on this machine, without a token. A browser on it is one, too: what pages of other sites let it send is
     * refused, also if their name was made to mean this machine.
     */
    record OfThisMachine() implements ApiAccess {

        private static final List<String> OF_PROXIES =
                List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via");

        @Override
        public void check(ApiExchange exchange) throws ApiException {
            String proxy = proxy(exchange);
            if (!exchange.isLocal() || proxy != null) {
                throw refused((proxy == null
                                ? "It comes from another machine"
                                : "It comes through a proxy, as " + proxy + " says")
                        + ", and without ha.sqlite.http.api.token only programs on this machine are answered.");
            }
            String host = exchange.header("Host");
            if (host == null || !Origins.isLoopback(host)) {
                throw refused("Without ha.sqlite.http.api.token the header Host has to name the loopback interface, for"
                        + " example localhost.");
            }
            Origins.requireSameSite(exchange);
        }

        private static @Nullable String proxy(ApiExchange exchange) {
            for (String name : OF_PROXIES) {
                if (exchange.header(name) != null) {
                    return name;
                }
            }
            return null;
        }

        private static ApiException refused(String why) {
            return new ApiException(new Problem(403, why));
        }
    }
}
