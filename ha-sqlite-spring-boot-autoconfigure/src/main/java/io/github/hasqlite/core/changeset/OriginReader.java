package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer.Origin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/** Tells who published a message: from its first bytes as we write them, else by streaming through. */
final class OriginReader {

    private static final byte[] START = Ascii.bytes("{\"" + FieldNames.PUBLISHER + "\":\"");
    private static final byte[] MIDDLE = (",\"" + FieldNames.COUNTER + "\":").getBytes(StandardCharsets.US_ASCII);
    private static final List<String> FIELDS = List.of(FieldNames.PUBLISHER, FieldNames.COUNTER);

    /** So many digits are a long, whatever they are. */
    private static final int SAFE_DIGITS = 18;

    private final JsonFactory factory;
    private final PropertyNameMatcher fields;

    OriginReader(JsonFactory factory) {
        this.factory = factory;
        this.fields = FieldNames.matcher(factory, FIELDS);
    }

    @Nullable
    Origin read(byte[] message) {
        Origin origin = fromPrefix(message);
        return origin == null ? fromFields(message) : origin;
    }

    private static @Nullable Origin fromPrefix(byte[] message) {
        if (!Ascii.isAt(message, 0, START)) {
            return null;
        }
        int end = endOfPlainText(message, START.length);
        int digits = end + 1 + MIDDLE.length;
        if (end == START.length || !Ascii.isAt(message, end + 1, MIDDLE)) {
            return null;
        }
        long counter = 0;
        int i = digits;
        while (i < message.length && message[i] >= '0' && message[i] <= '9' && i - digits <= SAFE_DIGITS) {
            counter = counter * 10 + (message[i] - '0');
            i++;
        }
        boolean ends = i < message.length && message[i] == ',';
        if (!ends || i - digits > SAFE_DIGITS || counter < 1 || message[digits] == '0') {
            return null;
        }
        String publisher = new String(message, START.length, end - START.length, StandardCharsets.US_ASCII);
        return new Origin(publisher, counter);
    }

    // Text that stands for itself: ASCII without escapes.
    private static int endOfPlainText(byte[] message, int from) {
        int i = from;
        while (i < message.length && message[i] >= ' ' && message[i] != '"' && message[i] != '\\') {
            i++;
        }
        return i < message.length && message[i] == '"' && i - from <= Limits.NAME ? i : from;
    }

    private @Nullable Origin fromFields(byte[] message) {
        try (MessageParser in = new MessageParser(factory, message)) {
            return in.nextToken() == JsonToken.START_OBJECT ? fromFields(in) : null;
        } catch (ChangeSetFormatException | JacksonException e) {
            return null;
        }
    }

    private @Nullable Origin fromFields(MessageParser in) throws ChangeSetFormatException {
        String publisher = null;
        long counter = 0;
        int field;
        while ((field = in.nextField(fields, FIELDS, 0)) >= 0) {
            if (field == 0) {
                publisher = in.name(null);
            } else {
                counter = in.integer();
            }
            if (publisher != null && counter != 0) {
                // A number at the very end may have lost its last digits.
                if (field == 1 && in.nextToken() == null) {
                    return null;
                }
                return publisher.isEmpty() || counter < 1 ? null : new Origin(publisher, counter);
            }
        }
        return null;
    }
}
