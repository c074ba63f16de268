package io.github.hasqlite.http;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A forwarded request with headers as its client has sent them. The JVM's HTTP client sends ASCII alone, with question
 * marks in place of all else; so what is more than that travels with percent signs. Only values travel so, under their own
 * names: what a proxy removes by its name stays removed.
 */
final class DecodedRequest extends HttpServletRequestWrapper {

    /** Names the headers whose values have to be decoded. */
    static final String ENCODED = "HA-Sqlite-Encoded";

    private static final int HEX = 16;

    private final Set<String> encoded;

    private DecodedRequest(HttpServletRequest request, Set<String> encoded) {
        super(request);
        this.encoded = encoded;
    }

    /** The same request, if nothing in it is encoded. */
    static HttpServletRequest of(HttpServletRequest request) {
        String names = request.getHeader(ENCODED);
        return names == null || request.getHeader(ForwardedHeaders.FORWARDED_BY) == null
                ? request
                : new DecodedRequest(
                        request,
                        Arrays.stream(names.split(",", -1))
                                .map(name -> name.trim().toLowerCase(Locale.ROOT))
                                .collect(Collectors.toSet()));
    }

    static boolean isAscii(String value) {
        return value.chars().allMatch(c -> c < 128);
    }

    /** A value as it travels, of one that has a character for each byte. */
    static String encode(String value) {
        StringBuilder text = new StringBuilder();
        for (byte each : value.getBytes(StandardCharsets.ISO_8859_1)) {
            if (each < 0 || each == '%') {
                text.append(String.format(Locale.ROOT, "%%%02X", each));
            } else {
                text.append((char) each);
            }
        }
        return text.toString();
    }

    private static String decode(String value, Charset charset) {
        byte[] bytes = new byte[value.length()];
        int length = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            int high = c == '%' && i + 2 < value.length() ? Character.digit(value.charAt(i + 1), HEX) : -1;
            int low = high < 0 ? -1 : Character.digit(value.charAt(i + 2), HEX);
            if (low >= 0) {
                bytes[length++] = (byte) (high * HEX + low);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return new String(bytes, 0, length, charset);
    }

    private boolean isEncoded(String name) {
        return encoded.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public @Nullable String getHeader(String name) {
        String value = name.equalsIgnoreCase(ENCODED) ? null : super.getHeader(name);
        return value == null || !isEncoded(name) ? value : decode(value, StandardCharsets.ISO_8859_1);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        List<String> values = name.equalsIgnoreCase(ENCODED) ? List.of() : Collections.list(super.getHeaders(name));
        return Collections.enumeration(
                isEncoded(name)
                        ? values.stream()
                                .map(value -> decode(value, StandardCharsets.ISO_8859_1))
                                .toList()
                        : values);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = Collections.list(super.getHeaderNames());
        names.removeIf(ENCODED::equalsIgnoreCase);
        return Collections.enumeration(names);
    }

    /** Their values are UTF-8, as containers read them (RFC 6265 leaves that open). */
    @Override
    public Cookie @Nullable [] getCookies() {
        Cookie[] cookies = super.getCookies();
        return cookies == null || !isEncoded("Cookie")
                ? cookies
                : Arrays.stream(cookies)
                        .map(each -> new Cookie(each.getName(), decode(each.getValue(), StandardCharsets.UTF_8)))
                        .toArray(Cookie[]::new);
    }
}
