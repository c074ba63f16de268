package io.github.hasqlite.core.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlIdentifierTests {

    /** The Kelvin sign, a dotless i and a long s become the letters k, i and s for Java alone. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "a, A",
        "Zz, zZ",
        "a, b",
        "a, aa",
        "a1_$, A1_$",
        "@, `",
        "[, {",
        "Ä, Ä",
        "Ä, ä",
        "\u212A, k",
        "row\u0131d, rowid",
        "\u017F, s",
        "ß, ss",
        "Ä\u212Aa, Ä\u212AA"
    })
    void namesAreTheSameIfSqliteSaysSo(String one, String other) throws SQLException {
        boolean same = isSameTable(one, other);
        assertThat(SqlIdentifier.isSame(one, other)).isEqualTo(same);
        assertThat(SqlIdentifier.isSame(other, one)).isEqualTo(same);
        assertThat(SqlIdentifier.fold(one).equals(SqlIdentifier.fold(other))).isEqualTo(same);
        assertThat(SqlIdentifier.upper(one).equals(SqlIdentifier.upper(other))).isEqualTo(same);
        assertThat(SqlIdentifier.startsWith(one + "x", other + "X")).isEqualTo(same);
        TreeSet<String> names = new TreeSet<>(SqlIdentifier.ORDER);
        names.addAll(List.of(one + "!", other + "!"));
        assertThat(names).hasSize(same ? 1 : 2);
    }

    private static boolean isSameTable(String one, String other) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE " + SqlIdentifier.quote(one) + "(a)");
            try {
                statement.executeUpdate("CREATE TABLE " + SqlIdentifier.quote(other) + "(a)");
                return false;
            } catch (SQLException e) {
                return true;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"select, true", "SELECT, true", "\u017Felect, false", "selec, false", "selects, false"})
    void keywordsAreOfTheLettersAToZ(String word, boolean expected) {
        SqlTokens tokens = new SqlTokens(word + " 1");
        assertThat(tokens.advance()).isTrue();
        assertThat(tokens.isWord("SELECT")).isEqualTo(expected);
        assertThat(tokens.word().equals("SELECT")).isEqualTo(expected);
        assertThat(new TokenList(word).isWord(0, "SELECT")).isEqualTo(expected);
    }
}
