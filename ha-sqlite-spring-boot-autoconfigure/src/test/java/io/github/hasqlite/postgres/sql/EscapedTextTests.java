package io.github.hasqlite.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code E''} texts are what PostgreSQL takes them for. */
class EscapedTextTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "\\xC3\\xA9\\303\\251é ¦ ééé",
                "\\u00e9\\U0001F600\\uD83D\\uDE00\\U0000D83D\\uDE00 ¦ é😀😀😀",
                "a''b\\'c\\\\d\\x4\\x41g\\101 ¦ a'b'c\\d\u0004AgA",
                "\\q\\xyz\\😀 ¦ qxyz😀",
            })
    void escapesAreBytesAndCharacters(String inner, String expected) throws SQLException {
        assertThat(EscapedText.standard(inner)).isEqualTo(SqlToken.quoted(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "\\xC3 ¦ 22021",
                "\\377 ¦ 22021",
                "\\xED\\xA0\\x80 ¦ 22021",
                "\\0 ¦ 22021",
                "\\u0000 ¦ 22021",
                "\\uD83D ¦ 42601",
                "\\uD83Dx ¦ 42601",
                "\\uDE00\\uD83D ¦ 42601",
                "\\uD83D\\u0041 ¦ 42601",
                "\\U00110000 ¦ 42601",
                "\\UFFFFFFFF ¦ 42601",
                "\\u12 ¦ 22025",
                "\\uD83D\\u12 ¦ 22025",
                "\\ ¦ 22025",
            })
    void whatIsNoCharacterIsRefused(String inner, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> EscapedText.standard(inner))
                .satisfies(e -> assertThat(e.getSQLState()).as(inner).isEqualTo(state));
    }
}
