package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.Change;
import io.github.hasqlite.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes must know of a schema change beside its statements (rule R13 of the design). It travels
 * as the last of the change set's commands, in the form of a pragma that SQLite does not know and so
 * ignores, {@code PRAGMA ha_schema_change('…')}: implementations that do not know it run it without effect.
 *
 * @param alone whether the change set holds rows that its author made from what it had read, so that it
 *     must not take effect if anybody else has committed something that its author had not seen
 * @param tables the tables that were renamed or dropped, or have columns that were
 */
public record SchemaNote(boolean alone, List<Renamed> tables) {

    private static final String PREFIX = "PRAGMA ha_schema_change('";
    private static final String SUFFIX = "')";
    private static final String ALONE = "alone";

    public SchemaNote {
        tables = List.copyOf(tables);
    }

    /**
     * What became of a table.
     *
     * @param table its name before the change set
     * @param becomes its name behind it, or {@code null} if it is gone
     * @param columns the columns that have another name, and {@code null} for those that are gone; by the
     *     name before
     */
    public record Renamed(String table, @Nullable String becomes, Map<String, @Nullable String> columns) {

        public Renamed {
            Objects.requireNonNull(table, "table");
        }
    }

    /** Whether there is nothing to be said. */
    public boolean isEmpty() {
        return !alone && tables.isEmpty();
    }

    /** The command that carries it. */
    public Change command() {
        return Change.sql(PREFIX + text().replace("'", "''") + SUFFIX, List.of());
    }

    /** Whether a command carries a note. */
    public static boolean is(Change change) {
        String command = change.command();
        return command != null && command.startsWith(PREFIX);
    }

    /**
     * Reads the note of a change set with commands.
     *
     * @return an empty one if it has none, or one that cannot be read
     */
    public static SchemaNote of(List<Change> changes) {
        SchemaNote found = new SchemaNote(false, List.of());
        for (Change change : changes) {
            if (change.operation() == Operation.SQL && is(change)) {
                SchemaNote read = read(change);
                found = read == null ? found : read;
            }
        }
        return found;
    }

    /** Reads one; {@code null} if the command is none or is malformed. */
    public static @Nullable SchemaNote read(Change change) {
        String command = change.command();
        if (command == null
                || !is(change)
                || !command.endsWith(SUFFIX)
                || command.length() < PREFIX.length() + SUFFIX.length()) {
            return null;
        }
        String text = command.substring(PREFIX.length(), command.length() - SUFFIX.length())
                .replace("''", "'");
        return new Reader(text).note();
    }

    /** {@code alone;"t">"u"("a">"b","c">)"gone">()}: names in double quotes, nothing where something is gone. */
    private String text() {
        StringBuilder text = new StringBuilder(alone ? ALONE + ";" : "");
        for (Renamed renamed : tables) {
            text.append(SqlIdentifier.quote(renamed.table)).append('>');
            if (renamed.becomes != null) {
                text.append(SqlIdentifier.quote(renamed.becomes));
            }
            text.append('(');
            String separator = "";
            for (Map.Entry<String, @Nullable String> column : renamed.columns.entrySet()) {
                text.append(separator)
                        .append(SqlIdentifier.quote(column.getKey()))
                        .append('>');
                String now = column.getValue();
                if (now != null) {
                    text.append(SqlIdentifier.quote(now));
                }
                separator = ",";
            }
            text.append(')');
        }
        return text.toString();
    }

    /** Reads the text of a note. */
    private static final class Reader {

        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        @Nullable
        SchemaNote note() {
            boolean alone = take(ALONE + ";");
            List<Renamed> tables = new ArrayList<>();
            while (at < text.length()) {
                Renamed renamed = table();
                if (renamed == null) {
                    return null;
                }
                tables.add(renamed);
            }
            return new SchemaNote(alone, tables);
        }

        private @Nullable Renamed table() {
            String table = name();
            if (table == null || !take(">")) {
                return null;
            }
            String becomes = name();
            if (!take("(")) {
                return null;
            }
            Map<String, @Nullable String> columns = new LinkedHashMap<>();
            while (!take(")")) {
                String column = name();
                if (column == null || !take(">")) {
                    return null;
                }
                columns.put(column, name());
                take(",");
            }
            return new Renamed(table, becomes, columns);
        }

        private boolean take(String expected) {
            if (!text.startsWith(expected, at)) {
                return false;
            }
            at += expected.length();
            return true;
        }

        /** A name in double quotes; {@code null} if none follows. */
        private @Nullable String name() {
            if (!take("\"")) {
                return null;
            }
            StringBuilder name = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c != '"') {
                    name.append(c);
                } else if (at < text.length() && text.charAt(at) == '"') {
                    name.append('"');
                    at++;
                } else {
                    return name.toString();
                }
            }
            return null;
        }
    }
}
