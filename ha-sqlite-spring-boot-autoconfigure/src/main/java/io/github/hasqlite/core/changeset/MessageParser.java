package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/** Reads the pieces of one message, and knows where it is. */
final class MessageParser implements AutoCloseable {

    private static final byte[] NOT_IN_MEMORY = {};

    /** A number of more digits is no {@code long}. */
    private static final int MAX_DIGITS = 19;

    private final JsonFactory factory;
    private final byte[] message;
    private final @Nullable BoundedStream stream;
    private final JsonParser parser;
    private final ReadPosition place = new ReadPosition();
    private final ValueReader values;
    private final int longestString;

    /**
     * Starts to read a message.
     *
     * @throws ChangeSetFormatException if it is not worth it
     */
    MessageParser(JsonFactory factory, byte[] message) throws ChangeSetFormatException {
        this.longestString = HostileInput.refuse(message);
        this.factory = factory;
        this.message = message;
        this.stream = null;
        this.parser = factory.createParser(ObjectReadContext.empty(), message);
        this.values = new ValueReader(parser, place);
    }

    /**
     * Starts to read a message that is not in memory.
     *
     * @param in the message, which {@link HostileInput} did not refuse; closed with this
     * @param longestString the bytes of its longest string
     */
    MessageParser(JsonFactory factory, InputStream in, int longestString) {
        this.longestString = longestString;
        this.factory = factory;
        this.message = NOT_IN_MEMORY;
        BoundedStream bounded = new BoundedStream(in);
        this.stream = bounded;
        this.parser = factory.createParser(ObjectReadContext.empty(), bounded);
        this.values = new ValueReader(parser, place);
    }

    ReadPosition place() {
        return place;
    }

    ValueReader values() {
        return values;
    }

    @Nullable
    JsonToken token() {
        return parser.currentToken();
    }

    @Nullable
    JsonToken nextToken() {
        return parser.nextToken();
    }

    /**
     * Goes to the value of the next field that is one of these, past all others.
     *
     * @param seen a bit for each of them that was there before: none may come twice, because readers
     *     of JSON do not agree on which of the two counts
     * @return which it is; negative after the last
     */
    int nextField(PropertyNameMatcher fields, List<String> names, int seen) throws ChangeSetFormatException {
        while (true) {
            place.atField(null);
            int field = parser.nextNameMatch(fields);
            if (field >= 0) {
                place.atField(names.get(field));
                if ((seen & (1 << field)) != 0) {
                    throw place.wrong("is there twice");
                }
                parser.nextToken();
                return field;
            }
            if (field != PropertyNameMatcher.MATCH_UNKNOWN_NAME) {
                if (parser.currentToken() != JsonToken.END_OBJECT) {
                    throw place.wrong("the message ends too early");
                }
                return field;
            }
            parser.nextToken();
            parser.skipChildren();
        }
    }

    /** Goes to the end of the current value. */
    void skipChildren() {
        parser.skipChildren();
    }

    /** The current value as a whole number from 0 on; negative if it is none. */
    long wholeNumber() {
        boolean whole = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getStringLength() <= MAX_DIGITS
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        return whole ? parser.getLongValue() : -1;
    }

    long integer() throws ChangeSetFormatException {
        return values.integer(parser.currentToken());
    }

    byte[] binary() throws ChangeSetFormatException {
        return values.blob(parser.currentToken());
    }

    String text() throws ChangeSetFormatException {
        expectString(Limits.MESSAGE);
        return StorableText.of(parser.getString());
    }

    /** A name; {@code usual} itself if it is that. */
    String name(@Nullable String usual) throws ChangeSetFormatException {
        expectString(Limits.NAME);
        if (usual != null && isText(usual)) {
            return usual;
        }
        return StorableText.of(parser.getString());
    }

    boolean isText(String text) throws ChangeSetFormatException {
        expectString(Limits.NAME);
        return KnownTables.sameText(
                text, parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
    }

    @Nullable
    TableShape known(KnownTables tables) throws ChangeSetFormatException {
        expectString(Limits.NAME);
        return tables.find(parser.getStringCharacters(), parser.getStringOffset(), parser.getStringLength());
    }

    /** A string of storage classes. */
    String types(int limit) throws ChangeSetFormatException {
        expectString(limit);
        return parser.getString();
    }

    /** A list of names; {@code usual} itself if it is equal to that. */
    List<String> names(@Nullable List<String> usual) throws ChangeSetFormatException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw place.wrong("not an array");
        }
        int same = 0;
        List<String> names = null;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            int index = names == null ? same : names.size();
            place.atElement(index);
            if (index == Limits.COLUMNS) {
                throw place.wrong("more than " + Limits.COLUMNS + " names");
            }
            if (names == null && usual != null && same < usual.size() && isText(usual.get(same))) {
                same++;
                continue;
            }
            if (names == null) {
                names = new ArrayList<>(usual == null ? List.of() : usual.subList(0, same));
            }
            names.add(name(null));
        }
        if (names == null && usual != null && same == usual.size()) {
            return usual;
        }
        return List.copyOf(names == null && usual != null ? usual.subList(0, same) : orEmpty(names));
    }

    private static List<String> orEmpty(@Nullable List<String> names) {
        return names == null ? List.of() : names;
    }

    /** Where in the message the current value starts. */
    long offset() {
        return parser.currentTokenLocation().getByteOffset();
    }

    /** Reads a list of values once more, now that its storage classes are known. */
    List<@Nullable Object> again(long offset, String field, String types) throws ChangeSetFormatException {
        int start = (int) offset;
        place.atField(field);
        if (stream != null) {
            throw place.wrong("before its storage classes, which a large message must not have");
        }
        try (JsonParser second =
                factory.createParser(ObjectReadContext.empty(), message, start, message.length - start)) {
            second.nextToken();
            List<@Nullable Object> typed = new ValueReader(second, place).typed(types);
            place.atField(null);
            return typed;
        }
    }

    private void expectString(int maxLength) throws ChangeSetFormatException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw place.wrong("not a string");
        }
        boolean tooLong =
                longestString > maxLength && !(stream == null ? endsWithin(maxLength) : endsWithin(maxLength, stream));
        if (tooLong || parser.getStringLength() > maxLength) {
            throw place.wrong("more than " + maxLength + " characters");
        }
    }

    // Asked before the parser copies a string: a character takes six bytes at most.
    private boolean endsWithin(int maxLength) {
        long start = offset() + 1;
        long end = Math.min(message.length, start + 6L * maxLength + 1);
        for (int i = (int) start; i < end; i += message[i] == '\\' ? 2 : 1) {
            if (message[i] == '"') {
                return true;
            }
        }
        return false;
    }

    // The same where nobody can look ahead: while the parser copies the string it may read on only so far.
    private boolean endsWithin(int maxLength, BoundedStream in) {
        in.allow(6L * maxLength);
        try {
            return parser.getStringLength() <= maxLength;
        } catch (JacksonIOException e) {
            if (in.isExceeded()) {
                return false;
            }
            throw e;
        } finally {
            in.allow(Long.MAX_VALUE);
        }
    }

    @Override
    public void close() {
        parser.close();
    }
}
