package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.RawText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A change as a statement of SQL, for people to read: long values are cut short. */
final class ChangeText {

    private static final int MAX_TEXT = 120;
    private static final int MAX_BYTES = 32;

    private ChangeText() {}

    static String of(Change change) {
        String table = SqlIdentifier.quote(change.table());
        return switch (change.operation()) {
            case INSERT ->
                "INSERT INTO " + table + "(" + SqlIdentifier.quoteAll(change.columns()) + ") VALUES("
                        + list(change.newValues()) + ")";
            case UPDATE -> "UPDATE " + table + " SET " + assignments(change) + where(change);
            case DELETE -> "DELETE FROM " + table + where(change);
            case SQL ->
                String.valueOf(change.command()).strip()
                        + (change.args().isEmpty() ? "" : " -- args: " + list(change.args()));
        };
    }

    private static String list(List<@Nullable Object> values) {
        StringJoiner text = new StringJoiner(", ");
        values.forEach(value -> text.add(literal(value)));
        return text.toString();
    }

    /** Only the columns that have another value afterwards. */
    private static String assignments(Change change) {
        StringJoiner text = new StringJoiner(", ");
        for (int i = 0; i < Math.min(change.columns().size(), change.newValues().size()); i++) {
            Object after = change.newValues().get(i);
            boolean same = i < change.oldValues().size()
                    && Objects.deepEquals(change.oldValues().get(i), after);
            if (!same) {
                text.add(SqlIdentifier.quote(change.columns().get(i)) + " = " + literal(after));
            }
        }
        return text.length() == 0 ? "(nothing)" : text.toString();
    }

    private static String where(Change change) {
        List<String> by = change.pkColumns().isEmpty() ? change.columns() : change.pkColumns();
        StringJoiner text = new StringJoiner(" AND ", " WHERE ", "");
        for (String column : by) {
            int at = change.columns().indexOf(column);
            Object value = at < 0 || at >= change.oldValues().size()
                    ? null
                    : change.oldValues().get(at);
            text.add(SqlIdentifier.quote(column) + (value == null ? " IS NULL" : " = " + literal(value)));
        }
        return text.toString();
    }

    private static String literal(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof byte[] bytes) {
            String hex = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MAX_BYTES));
            return "x'" + hex + (bytes.length > MAX_BYTES ? "…' /* " + bytes.length + " bytes */" : "'");
        }
        if (value instanceof String text) {
            String shown = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
            return "'" + shown.replace("'", "''") + "'";
        }
        return value instanceof RawText raw ? raw.toString() : String.valueOf(value);
    }
}
