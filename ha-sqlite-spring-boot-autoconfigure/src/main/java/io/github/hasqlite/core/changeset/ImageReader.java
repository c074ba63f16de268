package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.UntypedValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a list of values and the string of their storage classes, whichever comes first. */
final class ImageReader {

    private static final long NOT_GUESSED = -1;

    private final MessageParser in;
    private final String typesField;
    private final String valuesField;
    private final int limit;

    private @Nullable String types;
    private @Nullable List<@Nullable Object> values;
    private long guessedAt;

    ImageReader(MessageParser in, String typesField, String valuesField, int limit) {
        this.in = in;
        this.typesField = typesField;
        this.valuesField = valuesField;
        this.limit = limit;
    }

    void forget() {
        types = null;
        values = null;
        guessedAt = NOT_GUESSED;
    }

    void readTypes() throws ChangeSetFormatException {
        types = in.types(limit);
    }

    void readValues() throws ChangeSetFormatException {
        if (types == null) {
            guessedAt = in.offset();
            values = in.values().untyped(limit);
        } else {
            values = in.values().typed(types);
        }
    }

    /** The values; an empty list if there are none. */
    List<@Nullable Object> values() throws ChangeSetFormatException {
        if (types != null && values == null) {
            if (!types.isEmpty()) {
                throw in.place().wrong(typesField + " without " + valuesField);
            }
        } else if (types != null && guessedAt != NOT_GUESSED) {
            values = in.again(guessedAt, valuesField, types);
        }
        return values == null ? List.of() : values;
    }

    /** The values of a row's image, one a column; an empty list where the operation has no such image. */
    List<@Nullable Object> row(boolean needed, int columns) throws ChangeSetFormatException {
        List<@Nullable Object> row = values();
        // of a table with generated columns Go nodes send more
        boolean fits = row.size() == columns || (row instanceof UntypedValues && row.size() > columns);
        if (!fits && (needed || !row.isEmpty())) {
            throw in.place().within(valuesField + ": " + row.size() + " values for " + columns + " columns");
        }
        return needed ? row : List.of();
    }
}
