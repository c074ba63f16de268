package io.github.hasqlite;

import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Why a row cannot be given back what it was. Immutable.
 *
 * @param kind what is in the way
 * @param table the name of the table of the row that is in the way
 * @param key the values of that row's primary key, or all its values if the table has none
 * @param position the place in the stream of the transaction that has changed it since; 0 if that is not known
 */
public record UndoConflict(Kind kind, String table, List<@Nullable Object> key, long position) {

    /** What is in the way. */
    public enum Kind {
        /** A later transaction, which is not to be taken back, has changed the row. */
        CHANGED_SINCE,
        /**
         * The row is not what the stream says: a transaction has changed it that is not in the stream yet, or that had
         * another effect than it says. If that is still so a moment later, it cannot be taken back.
         */
        NOT_AS_RECORDED,
        /** This row has a unique key now that another one is to be given back. */
        UNIQUE_KEY,
        /** This row refers to one that would not be there any more. */
        REFERENCES,
        /** This row is not there any more, and one that is to be given back refers to it. */
        MISSING
    }

    public UndoConflict {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(table, "table");
    }

    @Override
    public String toString() {
        String row = "row " + shown() + " of table " + table;
        String by = position == 0 ? "" : " (transaction " + position + ")";
        return switch (kind) {
            case CHANGED_SINCE -> row + " was changed since" + by;
            case NOT_AS_RECORDED -> row + " is not what the stream says";
            case UNIQUE_KEY -> row + " has a unique key that another row is to be given back";
            case REFERENCES -> row + " refers to a row that would not be there any more";
            case MISSING -> row + " is not there any more, and a row refers to it that is to be given back";
        };
    }

    private String shown() {
        StringJoiner values = new StringJoiner(", ", "[", "]");
        for (Object value : key) {
            values.add(
                    value instanceof byte[] bytes
                            ? "x'" + HexFormat.of().formatHex(bytes) + "'"
                            : String.valueOf(value));
        }
        return values.toString();
    }
}
