package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.MarkdownPage.Block;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Statements that each end where a line ends with a semicolon. A comment behind it says what comes of it: {@code --
 * refused: SQLSTATE}, or {@code -- gives: } and the first row, its values separated by bars.
 */
final class SqlExample {

    private static final Pattern STATEMENT = Pattern.compile("(.*;)\\s*(?:-- *(.*))?");

    private SqlExample() {}

    static void run(DataSource dataSource, MarkdownPage page, Block block) throws SQLException {
        StringBuilder statement = new StringBuilder();
        int line = block.line();
        for (String text : block.text().split("\n", -1)) {
            Matcher end = STATEMENT.matcher(text);
            if (end.matches()) {
                statement.append(end.group(1));
                run(dataSource, page.name() + ":" + line, statement.toString(), end.group(2));
                statement.setLength(0);
            } else {
                statement.append(text).append('\n');
            }
            line++;
        }
        assertThat(statement.toString()).as("what has no semicolon").isBlank();
    }

    private static void run(DataSource dataSource, String where, String sql, String outcome) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            if (outcome != null && outcome.startsWith("refused: ")) {
                assertThatExceptionOfType(SQLException.class)
                        .as("%s: %s", where, sql)
                        .isThrownBy(() -> statement.execute(sql))
                        .satisfies(e -> assertThat(e.getSQLState())
                                .as("%s: %s: %s", where, sql, e.getMessage())
                                .isEqualTo(
                                        outcome.substring("refused: ".length()).strip()));
                return;
            }
            boolean hasRows = statement.execute(sql);
            if (outcome != null && outcome.startsWith("gives: ")) {
                assertThat(hasRows).as(where).isTrue();
                assertThat(firstRow(statement.getResultSet()))
                        .as(where)
                        .isEqualTo(outcome.substring("gives: ".length()).strip());
            } else {
                assertThat(outcome).as(where).isNull();
            }
        } catch (SQLException e) {
            throw new SQLException(where + ": " + sql + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }

    private static String firstRow(ResultSet rows) throws SQLException {
        assertThat(rows.next()).as("a row").isTrue();
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            values.add(rows.getString(i));
        }
        return String.join("|", values);
    }
}
