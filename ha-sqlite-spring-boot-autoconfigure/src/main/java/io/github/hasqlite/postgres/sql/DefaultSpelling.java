package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** DEFAULT as a value, which SQLite does not have: what the definition of the column says stands in its place. */
public final class DefaultSpelling {

    private final TokenBuffer tokens;
    private final ColumnDefaults defaults;
    private String table = "";
    private List<String> names = List.of();

    private DefaultSpelling(TokenBuffer tokens, ColumnDefaults defaults) {
        this.tokens = tokens;
        this.defaults = defaults;
    }

    /**
     * Changes a statement that writes rows.
     *
     * @return whether something was changed
     * @throws SQLException if a column is not there (42703), is generated, or has nothing such to be changed to (0A000)
     */
    public static boolean apply(TokenBuffer tokens, ColumnDefaults defaults) throws SQLException {
        boolean writes = tokens.isWord(0, "INSERT")
                || tokens.isWord(0, "REPLACE")
                || tokens.isWord(0, "UPDATE")
                || tokens.isWord(0, "WITH");
        return writes && tokens.containsWord("DEFAULT") && new DefaultSpelling(tokens, defaults).all();
    }

    private boolean all() throws SQLException {
        boolean changed = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.isWord(i, "INTO")) {
                i = into(i + 1);
            } else if (tokens.isWord(i, "UPDATE") && !tokens.isWord(i - 1, "DO")) {
                table = tokens.get(nameEnd(tokens.isWord(i + 1, "OR") ? i + 3 : i + 1) - 1)
                        .name();
            } else if (tokens.isWord(i, "DEFAULT") && tokens.is(i - 1, "=")) {
                assigned(i);
                changed = true;
            } else if (tokens.isWord(i, "VALUES") && !tokens.isWord(i - 1, "DEFAULT")) {
                changed |= rows(i + 1);
            }
        }
        return changed;
    }

    /** The table, and which of its columns are written. Returns the last place. */
    private int into(int from) {
        int at = nameEnd(from);
        table = tokens.get(at - 1).name();
        names = new ArrayList<>();
        while (tokens.get(at).isName()
                && !tokens.isWord(at, "VALUES")
                && !tokens.isWord(at, "DEFAULT")
                && !tokens.isWord(at, "SELECT")
                && !tokens.isWord(at, "OVERRIDING")) {
            at++;
        }
        if (tokens.is(at, "(") && !tokens.isWord(at + 1, "SELECT")) {
            int close = tokens.closing(at);
            for (int i = at + 1; i < close; i++) {
                if (tokens.get(i).isName()) {
                    names.add(tokens.get(i).name());
                }
            }
            return close;
        }
        return at - 1;
    }

    /** Behind a name, which can be one of a schema and a table. */
    private int nameEnd(int from) {
        int at = tokens.isWord(from, "ONLY") ? from + 1 : from;
        return tokens.is(at + 1, ".") ? at + 3 : at + 1;
    }

    private boolean rows(int from) throws SQLException {
        boolean changed = false;
        int open = from;
        while (tokens.is(open, "(")) {
            int position = 0;
            for (int i = open + 1; i < tokens.closing(open); i++) {
                if (tokens.is(i, "(")) {
                    i = tokens.closing(i);
                } else if (tokens.is(i, ",")) {
                    position++;
                } else if (tokens.isWord(i, "DEFAULT")) {
                    tokens.replace(i, i + 1, "(" + inserted(position).sql() + ")");
                    i = tokens.closing(i);
                    changed = true;
                }
            }
            open = tokens.closing(open) + 1;
            open += tokens.is(open, ",") ? 1 : 0;
        }
        return changed;
    }

    private ColumnDefaults.Column inserted(int position) throws SQLException {
        if (!names.isEmpty()) {
            return column(position < names.size() ? names.get(position) : "");
        }
        List<ColumnDefaults.Column> columns = defaults.of(table);
        if (position >= columns.size()) {
            throw new SQLException("INSERT has more expressions than target columns", SqlStates.SYNTAX_ERROR);
        }
        return columns.get(position);
    }

    private ColumnDefaults.Column column(String name) throws SQLException {
        for (ColumnDefaults.Column column : defaults.of(table)) {
            if (column.name().equalsIgnoreCase(name)) {
                return column;
            }
        }
        throw new SQLException(
                "DEFAULT is not known of column \"" + name + "\" of relation \"" + table
                        + "\": leave it out of the statement if it is generated",
                SqlStates.FEATURE_NOT_SUPPORTED);
    }

    private void assigned(int at) throws SQLException {
        ColumnDefaults.Column column = column(tokens.get(at - 2).name());
        if (column.counts()) {
            throw new SQLException(
                    "column \"" + column.name() + "\" of relation \"" + table
                            + "\" is the number of the row, which has a DEFAULT only in INSERT: write the number",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        tokens.replace(at, at + 1, "(" + column.sql() + ")");
    }
}
