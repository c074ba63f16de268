package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.sqlite.SqlFunction;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.core.sqlite.ValueStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * The columns of a table that a message has no values for, because its author had not seen them, and whose
 * default each node would compute to something else: by its clock, by chance, or by a function of the
 * application. They get what all nodes compute alike: the clock is the author's, and what cannot be computed
 * alike is NULL, or where that is not allowed a text that no other row has.
 *
 * @param columns as stored in the schema
 * @param expressions one a column; they refer to parameters
 * @param time the number of the parameter with the author's clock, seconds since 1970
 */
record MissingDefaults(List<String> columns, List<String> expressions, int time) {

    /** Without arguments they tell the time. */
    private static final Set<String> DATES = Set.of("date", "time", "datetime", "julianday", "unixepoch");

    private record Column(String name, boolean notNull, String expression) {}

    /**
     * Finds them.
     *
     * @param present the columns that the message has values for
     * @param time the number of the parameter for the author's clock; the one behind it is for the text that no
     *     other row has
     */
    static MissingDefaults of(SQLiteConnection connection, TableDefinition table, List<String> present, int time)
            throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> expressions = new ArrayList<>();
        if (present.size() < table.columns().size()) {
            for (Column column : computed(connection, table)) {
                if (!present.contains(column.name)) {
                    String expression = alike(connection, column.expression, "?" + time);
                    columns.add(column.name);
                    expressions.add(expression != null ? expression : column.notNull ? "?" + (time + 1) : "NULL");
                }
            }
        }
        return new MissingDefaults(columns, expressions, time);
    }

    /** Sets the parameters that the expressions refer to. */
    void bind(ValueStatement statement, Authorship author) {
        for (String expression : expressions) {
            if (expression.equals("?" + (time + 1))) {
                statement.set(time + 1, author.unique());
            } else if (expression.contains("?" + time)) {
                statement.set(time, author.seconds());
            }
        }
    }

    /** The columns whose default is no constant. */
    private static List<Column> computed(SQLiteConnection connection, TableDefinition table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT name, \"notnull\", dflt_value FROM"
                + " pragma_table_xinfo(?, 'main') WHERE hidden = 0 AND dflt_value IS NOT NULL")) {
            statement.setString(1, table.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String expression = rows.getString(3);
                    if (expression.indexOf('(') >= 0 || SqlFunction.isClock(expression)) {
                        columns.add(new Column(rows.getString(1), rows.getBoolean(2), expression));
                    }
                }
            }
        }
        return columns;
    }

    /** The expression by the author's clock, or {@code null} if nodes would not compute it alike. */
    private static @Nullable String alike(SQLiteConnection connection, String expression, String seconds)
            throws SQLException {
        TokenList tokens = new TokenList(expression);
        Set<String> deterministic = deterministicFunctions(connection);
        String moment = "strftime('%Y-%m-%d %H:%M:%f'," + seconds + ",'unixepoch')";
        StringBuilder text = new StringBuilder("(");
        int copied = 0;
        for (int i = 0; i < tokens.size(); i++) {
            String replaced = null;
            String token = tokens.text(i);
            if (SqlFunction.isClock(token)) {
                String function = tokens.isWord(i, "CURRENT_TIMESTAMP")
                        ? "datetime"
                        : tokens.isWord(i, "CURRENT_DATE") ? "date" : "time";
                replaced = function + "(" + moment + ")";
            } else if (SqlIdentifier.isSame(token, "'now'")) {
                replaced = moment;
            } else if (tokens.is(i + 1, '(') && tokens.startsName(i)) {
                String name = SqlIdentifier.fold(tokens.name(i));
                if (!SqlFunction.isKeyword(name) && !deterministic.contains(name)) {
                    return null;
                }
                if (DATES.contains(name) && tokens.is(i + 2, ')')) {
                    replaced = token + "(" + moment;
                    text.append(expression, copied, tokens.start(i)).append(replaced);
                    copied = tokens.end(i + 1);
                    continue;
                }
            }
            if (replaced != null) {
                text.append(expression, copied, tokens.start(i)).append(replaced);
                copied = tokens.end(i);
            }
        }
        return text.append(expression, copied, expression.length())
                .append("\n)")
                .toString();
    }

    private static Set<String> deterministicFunctions(SQLiteConnection connection) throws SQLException {
        Set<String> functions = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (SqlFunction function : SqlFunction.all(connection)) {
            (function.alike() ? functions : others).add(function.name());
        }
        others.remove("max");
        others.remove("min");
        functions.removeAll(others);
        return functions;
    }
}
