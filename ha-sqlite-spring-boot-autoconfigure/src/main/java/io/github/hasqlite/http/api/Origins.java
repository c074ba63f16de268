package io.github.hasqlite.http.api;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a browser says of the page that lets it send a request. */
final class Origins {

    /** A name or an address, and a port. */
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\[\\]:/?#@\\s]+)(?::(\\d{0,5}))?");

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[(?:::1|0:0:0:0:0:0:0:1)]");

    private static final Pattern ORIGIN = Pattern.compile("(https?)://(.+)");

    /** What a page of the same origin, or the address bar, lets a browser send. */
    private static final Set<String> OF_THIS_SITE = Set.of("same-origin", "none");

    private Origins() {}

    /** Whether a Host header names this machine, whatever the port. */
    static boolean isLoopback(String host) {
        Matcher parts = AUTHORITY.matcher(host.trim());
        return parts.matches()
                && LOOPBACK.matcher(parts.group(1).toLowerCase(Locale.ROOT)).matches();
    }

    /**
     * Refuses what a page of another origin has sent. Programs that are no browsers send neither header, and are not
     * affected.
     */
    static void requireSameSite(ApiExchange exchange) throws ApiException {
        String site = exchange.header("Sec-Fetch-Site");
        String origin = exchange.header("Origin");
        boolean foreign = site == null
                ? origin != null && !isOfHost(origin, exchange.header("Host"))
                : !OF_THIS_SITE.contains(site.trim().toLowerCase(Locale.ROOT));
        if (foreign) {
            throw new ApiException(
                    new Problem(403, "A page of another site has sent this: only pages of this one may."));
        }
    }

    private static boolean isOfHost(String origin, @Nullable String host) {
        Matcher parts = ORIGIN.matcher(origin.trim().toLowerCase(Locale.ROOT));
        if (!parts.matches() || host == null) {
            return false;
        }
        String usual = parts.group(1).equals("https") ? "443" : "80";
        return withPort(parts.group(2), usual).equals(withPort(host.trim().toLowerCase(Locale.ROOT), usual));
    }

    private static String withPort(String authority, String usual) {
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            return authority;
        }
        String port = parts.group(2);
        return parts.group(1) + ":" + (port == null || port.isEmpty() ? usual : port);
    }
}
