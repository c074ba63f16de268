package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a change set does to one row, for people.
 *
 * @param operation {@code insert}, {@code update}, {@code delete} or {@code sql}
 * @param table the table's name; empty for a statement
 * @param id the row's column {@code id}, or {@code null} if it has none
 * @param title what names the row for people, or {@code null} if nothing does; of a statement its text, abridged
 * @param columns what an update changes
 */
record RowStep(
        String operation,
        String table,
        @Nullable String id,
        @Nullable String title,
        List<Column> columns) {

    /** A column that an update changes, with what was in it and what is then. */
    record Column(String name, String before, String after) {}

    private static final int MAX_TEXT = 200;

    static RowStep of(Change change) {
        String operation = change.operation().name().toLowerCase(Locale.ROOT);
        if (change.operation() == Operation.SQL) {
            return new RowStep(operation, "", null, abridged(change.command()), List.of());
        }
        List<@Nullable Object> row = change.newValues().isEmpty() ? change.oldValues() : change.newValues();
        return new RowStep(
                operation,
                change.table(),
                value(change, row, "id"),
                value(change, row, "title"),
                change.operation() == Operation.UPDATE ? changed(change) : List.of());
    }

    private static List<Column> changed(Change change) {
        List<@Nullable Object> before = change.oldValues();
        List<@Nullable Object> after = change.newValues();
        return IntStream.range(0, change.columns().size())
                .filter(index -> !Objects.deepEquals(before.get(index), after.get(index)))
                .mapToObj(index ->
                        new Column(change.columns().get(index), text(before.get(index)), text(after.get(index))))
                .toList();
    }

    private static @Nullable String value(Change change, List<@Nullable Object> row, String column) {
        int index = change.columns().indexOf(column);
        return index < 0 || row.get(index) == null ? null : text(row.get(index));
    }

    private static String text(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes.length + " bytes" : abridged(String.valueOf(value));
    }

    private static String abridged(@Nullable String text) {
        if (text == null || text.length() <= MAX_TEXT) {
            return String.valueOf(text);
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
        return text.substring(0, end) + "…";
    }
}
