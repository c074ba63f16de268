package io.github.hasqlite.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Headers on their way to another node and back: all but those that are about one connection (RFC 9110, 7.6.1). */
final class ForwardedHeaders {

    /** Says which node has forwarded a request, so that no other one does it again. */
    static final String FORWARDED_BY = "HA-Sqlite-Forwarded-By";

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private static final String FOR = "X-Forwarded-For";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";
    private static final String PROTO = "X-Forwarded-Proto";

    private static final Set<String> OF_ONE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** What the client sets by itself, or this node anew. */
    private static final Set<String> OURS = Set.of(
            "host",
            "content-length",
            "expect",
            "http2-settings",
            FORWARDED_BY.toLowerCase(Locale.ROOT),
            DecodedRequest.ENCODED.toLowerCase(Locale.ROOT),
            "x-forwarded-for");

    private ForwardedHeaders() {}

    private static Set<String> ofOneConnection(List<String> connection) {
        Set<String> names = new HashSet<>(OF_ONE_CONNECTION);
        for (String line : connection) {
            for (String name : line.split(",", -1)) {
                names.add(name.trim().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Whether a request is to begin something else than HTTP. What is only offered (h2c) may be passed over. */
    static boolean asksForAnotherProtocol(HttpServletRequest request) {
        String upgrade = request.getHeader("Upgrade");
        return upgrade != null
                && !upgrade.trim().equalsIgnoreCase("h2c")
                && ofOneConnection(Collections.list(request.getHeaders("Connection")))
                        .contains("upgrade");
    }

    /**
     * Copies the headers of a request.
     *
     * @param self the node that forwards it
     */
    static void copy(HttpServletRequest from, String self, HttpRequest.Builder to) {
        Set<String> left = ofOneConnection(Collections.list(from.getHeaders("Connection")));
        Set<String> encoded = new TreeSet<>();
        for (String name : Collections.list(from.getHeaderNames())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!left.contains(lower) && !OURS.contains(lower)) {
                List<String> values = Collections.list(from.getHeaders(name));
                boolean ascii = values.stream().allMatch(DecodedRequest::isAscii);
                values.forEach(value -> to.header(name, ascii ? value : DecodedRequest.encode(value)));
                if (!ascii) {
                    encoded.add(lower);
                }
            }
        }
        if (!encoded.isEmpty()) {
            to.header(DecodedRequest.ENCODED, String.join(",", encoded));
        }
        to.header(FORWARDED_BY, encoded(self));
        List<String> before = Collections.list(from.getHeaders(FOR));
        to.header(
                FOR, before.isEmpty() ? from.getRemoteAddr() : String.join(", ", before) + ", " + from.getRemoteAddr());
        // what a proxy in front of this node has said is nearer to the truth
        if (from.getHeader(HOST) == null) {
            to.header(HOST, host(from));
        }
        if (from.getHeader(PROTO) == null) {
            to.header(PROTO, from.getScheme());
            if (from.getHeader(PORT) == null) {
                to.header(PORT, Integer.toString(from.getServerPort()));
            }
        }
    }

    /** Names of nodes may be anything, headers may not. */
    static String encoded(String name) {
        return name.chars().allMatch(c -> c > ' ' && c < 127) ? name : URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    /**
     * Copies status and headers of an answer.
     *
     * @param address of the node that has answered; where it points to itself, it is to point to this one
     */
    static void copy(HttpResponse<?> from, String address, HttpServletRequest request, HttpServletResponse to) {
        to.setStatus(from.statusCode());
        Set<String> left = ofOneConnection(from.headers().allValues("Connection"));
        from.headers().map().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (left.contains(lower) || lower.startsWith(":")) {
                return;
            }
            for (String value : values) {
                to.addHeader(name, lower.equals("location") ? location(value, address, request) : value);
            }
        });
    }

    private static String location(String location, String address, HttpServletRequest request) {
        return location.equals(address) || location.startsWith(address + "/")
                ? request.getScheme() + "://" + host(request) + location.substring(address.length())
                : location;
    }

    private static String host(HttpServletRequest request) {
        int usual = request.getScheme().equals("https") ? HTTPS : HTTP;
        return request.getServerPort() == usual
                ? request.getServerName()
                : request.getServerName() + ":" + request.getServerPort();
    }
}
