package io.github.hasqlite.changeset;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A message that says: what comes behind me is based on a snapshot, and not on what comes before me. A
 * node that meets it goes on only with a snapshot of this sequence or a later one. It is a JSON object
 * whose first field is {@code baseline}, an id, and that has no changes, so that a Go node takes it for a
 * change set that does nothing.
 *
 * @param id what the node that publishes it knows it by, letters and digits only
 */
public record BaselineMessage(String id) {

    private static final String START = "{\"baseline\":\"";
    private static final String END = "\",\"changes\":[]}";
    private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{1,64}");
    private static final Pattern MESSAGE =
            Pattern.compile(Pattern.quote(START) + "(" + ID.pattern() + ")" + Pattern.quote(END));

    private static final int MAX_LENGTH = START.length() + 64 + END.length();

    public BaselineMessage {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not a baseline's id: " + id);
        }
    }

    /** The message. */
    public byte[] bytes() {
        return (START + id + END).getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a message is one; looks at no more than a few bytes. */
    public static boolean is(byte[] message) {
        return message.length <= MAX_LENGTH
                && message.length > START.length()
                && MESSAGE.matcher(new String(message, StandardCharsets.ISO_8859_1))
                        .matches();
    }

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it {@linkplain #is is none}
     */
    public static BaselineMessage of(byte[] message) {
        Matcher matcher = MESSAGE.matcher(new String(message, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no baseline");
        }
        return new BaselineMessage(matcher.group(1));
    }
}
