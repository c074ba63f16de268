package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.TextEncoding;
import io.github.hasqlite.UntypedValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;

/** Reads lists of values, with or without their storage classes. */
final class ValueReader {

    private final JsonParser parser;
    private final ReadPosition place;

    ValueReader(JsonParser parser, ReadPosition place) {
        this.parser = parser;
        this.place = place;
    }

    /** Reads a list whose storage classes are known. The parser stands at its start. */
    List<@Nullable Object> typed(String types) throws ChangeSetFormatException {
        expectArray();
        @Nullable Object[] values = new @Nullable Object[types.length()];
        int count = 0;
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            if (count == values.length) {
                place.atAllElements();
                throw place.wrong("more values than the " + types.length() + " storage classes given");
            }
            place.atElement(count);
            values[count] = value(types.charAt(count), token);
            count++;
        }
        if (count < values.length) {
            place.atAllElements();
            throw place.wrong(count + " values, but " + types.length() + " storage classes");
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /**
     * Reads a list of a Go node, which sends no storage classes: integers in the 64-bit range become
     * INTEGER, other numbers REAL, booleans 0 and 1. A Go node's JSON turns a BLOB into base64, which is
     * TEXT here, because nothing but the table's declaration tells it from text that looks alike.
     */
    UntypedValues untyped(int limit) throws ChangeSetFormatException {
        expectArray();
        List<@Nullable Object> values = new ArrayList<>();
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            place.atElement(values.size());
            if (values.size() == limit) {
                place.atAllElements();
                throw place.wrong("more than " + limit + " values");
            }
            values.add(guessed(token));
        }
        return new UntypedValues(values);
    }

    private void expectArray() throws ChangeSetFormatException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw place.wrong("not an array");
        }
    }

    private @Nullable Object value(char storageClass, @Nullable JsonToken token) throws ChangeSetFormatException {
        return switch (storageClass) {
            case StorageClass.INTEGER -> integer(token);
            case StorageClass.TEXT -> text(token);
            case StorageClass.REAL -> real(token);
            case StorageClass.BLOB -> blob(token);
            case StorageClass.NULL -> nothing(token);
            case StorageClass.TEXT_UTF_8 -> TextEncoding.UTF_8.text(blob(token));
            case StorageClass.TEXT_UTF_16LE -> TextEncoding.UTF_16LE.text(blob(token));
            case StorageClass.TEXT_UTF_16BE -> TextEncoding.UTF_16BE.text(blob(token));
            default -> throw place.wrong("unknown storage class " + Excerpt.of(String.valueOf(storageClass)));
        };
    }

    private @Nullable Object guessed(@Nullable JsonToken token) throws ChangeSetFormatException {
        if (token == JsonToken.VALUE_STRING) {
            return StorableText.of(parser.getString());
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            // no INTEGER is -0
            return isLong() && !parser.getString().equals("-0")
                    ? (Object) parser.getLongValue()
                    : (Object) finite(Double.parseDouble(parser.getString()));
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return finite(parser.getDoubleValue());
        }
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE ? 1L : 0L;
        }
        throw place.wrong(shown(token) + " is not a value");
    }

    /** The INTEGER at which the parser stands. */
    Long integer(@Nullable JsonToken token) throws ChangeSetFormatException {
        expect(token, JsonToken.VALUE_NUMBER_INT, "an INTEGER");
        if (!isLong()) {
            throw place.wrong(shown(token) + " is outside the 64-bit range of an INTEGER");
        }
        return parser.getLongValue();
    }

    private boolean isLong() {
        JsonParser.NumberType type = parser.getNumberType();
        return type == JsonParser.NumberType.INT || type == JsonParser.NumberType.LONG;
    }

    private Double real(@Nullable JsonToken token) throws ChangeSetFormatException {
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            return finite(parser.getDoubleValue());
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            // By way of its text, which keeps the sign of -0.
            return finite(Double.parseDouble(parser.getString()));
        }
        expect(token, JsonToken.VALUE_STRING, "a REAL");
        String text = parser.getString();
        return switch (text) {
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw place.wrong("\"" + Excerpt.of(text) + "\" is not a REAL");
        };
    }

    private Double finite(double real) throws ChangeSetFormatException {
        if (Double.isInfinite(real)) {
            throw place.wrong(Excerpt.of(parser.getString()) + " is outside the range of a REAL");
        }
        return real;
    }

    private String text(@Nullable JsonToken token) throws ChangeSetFormatException {
        expect(token, JsonToken.VALUE_STRING, "a TEXT");
        return StorableText.of(parser.getString());
    }

    private @Nullable Object nothing(@Nullable JsonToken token) throws ChangeSetFormatException {
        expect(token, JsonToken.VALUE_NULL, "NULL");
        return null;
    }

    /** The BLOB at which the parser stands. */
    byte[] blob(@Nullable JsonToken token) throws ChangeSetFormatException {
        expect(token, JsonToken.VALUE_STRING, "a BLOB");
        try {
            return parser.getBinaryValue();
        } catch (JacksonIOException e) {
            throw e;
        } catch (JacksonException e) {
            throw place.wrong("not a BLOB in base64");
        }
    }

    private void expect(@Nullable JsonToken token, JsonToken expected, String storageClass)
            throws ChangeSetFormatException {
        if (token != expected) {
            throw place.wrong(shown(token) + " is not " + storageClass);
        }
    }

    private String shown(@Nullable JsonToken token) {
        if (token == JsonToken.START_ARRAY) {
            return "an array";
        }
        if (token == JsonToken.START_OBJECT) {
            return "an object";
        }
        if (token == JsonToken.VALUE_STRING) {
            return "a string";
        }
        return token == null || !token.isScalarValue() ? "the end" : Excerpt.of(parser.getString());
    }
}
