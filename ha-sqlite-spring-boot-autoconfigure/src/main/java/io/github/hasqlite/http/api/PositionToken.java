package io.github.hasqlite.http.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A position as it travels in a header or a cookie: the stream, a point, and the sequence.
 *
 * @param stream which one it is a position of
 * @param sequence not negative
 */
public record PositionToken(String stream, long sequence) {

    private static final Pattern TEXT = Pattern.compile("([a-z0-9]{1,16})\\.(\\d{1,18})");

    /** Reads one; {@code null} if it is none. */
    public static @Nullable PositionToken parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Matcher parts = TEXT.matcher(text.trim());
        return parts.matches() ? new PositionToken(parts.group(1), Long.parseLong(parts.group(2))) : null;
    }

    @Override
    public String toString() {
        return stream + "." + sequence;
    }
}
