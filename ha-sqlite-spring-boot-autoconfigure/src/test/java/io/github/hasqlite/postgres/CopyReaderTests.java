package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.postgres.sql.Spelling;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of COPY, from bytes that come in pieces of any size, as PostgreSQL reads and writes them. */
class CopyReaderTests {

    private static CopyFormat format(String command) throws SQLException {
        return CopyCommand.of(Spelling.tokens(command), command).format();
    }

    private static List<List<String>> read(String options, byte[] bytes, int piece) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        CopyFormat format = format("COPY t FROM STDIN " + options);
        CopyReader reader = new CopyReader("t", format, List.of("a", "b"), row -> rows.add(row.values()));
        for (int i = 0; i < bytes.length; i += piece) {
            reader.push(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + piece)));
        }
        reader.finish();
        return rows;
    }

    /** A row of two values; a cross is NULL. */
    private static List<String> row(String a, String b) {
        return Arrays.asList(a.equals("×") ? null : a, b.equals("×") ? null : b);
    }

    /** @param rows lists, as {@link #row} makes them */
    private static void assertRows(String options, String text, Object... rows) throws SQLException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int piece : new int[] {1, 2, 3, 7, bytes.length}) {
            assertThat(read(options, bytes, piece))
                    .as("%s in pieces of %s", text, piece)
                    .isEqualTo(Arrays.asList(rows));
        }
    }

    private static void assertRefused(String options, byte[] bytes, String state, String place) {
        for (int piece : new int[] {1, bytes.length}) {
            assertThatExceptionOfType(CopyException.class)
                    .isThrownBy(() -> read(options, bytes, piece))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state))
                    .satisfies(e -> assertThat(e.place()).isEqualTo("COPY t, line " + place));
        }
    }

    private static void assertRefused(String options, String text, String state, String place) {
        assertRefused(options, text.getBytes(StandardCharsets.UTF_8), state, place);
    }

    @Test
    void backslashesMeanWhatTheyMeanInText() throws SQLException {
        assertRows("", "\\x41\\101\\1019\tü€😀\n\\N\t\\\\N\n", row("AAA9", "ü€😀"), row("×", "\\N"));
        assertRows("", "\\303\\274\t\\xe2\\x82\\xac\n", row("ü", "€"));
        assertRows("", "\\b\\f\\n\\r\\t\\v\\q\t\\x\n", row("\b\f\n\r\t\u000bq", "x"));
        assertRows("", "a\\\nb\t\\\t\n", row("a\nb", "\t"));
        assertRows("NULL ''", "\t\\N\n", row("×", "N"));
        assertRows("(DELIMITER '|', NULL 'x')", "a\\|b|x\n\\x|\\\\\n", row("a|b", "×"), row("x", "\\"));
    }

    @Test
    void quotesAndEscapesMeanWhatTheyMeanInCsv() throws SQLException {
        assertRows("CSV", "\"a \"\"q\"\" ,\nnl\",\"\"\n,b c \n", row("a \"q\" ,\nnl", ""), row("×", "b c "));
        assertRows("CSV", "a\"b,c\"d,\\x41\\N\n", row("ab,cd", "\\x41\\N"));
        assertRows("CSV QUOTE '''' ESCAPE '\\' DELIMITER ';'", "'a\\';\\\\';b\n", row("a';\\", "b"));
        assertRows("CSV NULL 'NU'", "NU,\"NU\"\n,x\n", row("×", "NU"), row("", "x"));
        assertRows("(FORMAT csv, FORCE_NOT_NULL (A), FORCE_NULL (b))", ",\"\"\n", row("", "×"));
        assertRows("CSV FORCE NOT NULL a, b", ",\n", row("", ""));
        assertRows("CSV", "\"\\.\",\\.\n", row("\\.", "\\."));
    }

    @Test
    void theFirstLineTellsHowLinesEnd() throws SQLException {
        for (String options : new String[] {"", "CSV DELIMITER '\t'"}) {
            assertRows(options, "a\tb\nc\td", row("a", "b"), row("c", "d"));
            assertRows(options, "a\tb\r\nc\td\r\n", row("a", "b"), row("c", "d"));
            assertRows(options, "a\tb\rc\td\r", row("a", "b"), row("c", "d"));
            assertRows(options, "a\tb\n\\.\nwhatever\r\"\\303", row("a", "b"));
            assertRefused(options, "a\tb\nc\td\re\n", "22P04", "2");
            assertRefused(options, "a\tb\r\nc\td\n", "22P04", "2");
            assertRefused(options, "a\tb\r\nc\rd\r\n", "22P04", "2");
        }
        assertRows("CSV", "\"1\r\n2\n\",\"\r\"\r\n3,4\r\n", row("1\r\n2\n", "\r"), row("3", "4"));
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() {
        assertRefused("", "a\tb\nc\n", "22P04", "2: \"c\"");
        assertRefused("", "a\tb\tc\n", "22P04", "1: \"a\tb\tc\"");
        assertRefused("", "a\tb\\.\n", "22P04", "1: \"a\tb\\.\"");
        assertRefused("CSV", "a,\"b\n\nc\"\nd\n", "22P04", "4: \"d\"");
        assertRefused("CSV", "a,b\nc,\"d\n", "22P04", "2");
        assertRefused("", new byte[] {'a', '\t', (byte) 0xff, '\n'}, "22021", "1: \"a\t\uFFFD\"");
        assertRefused("CSV", new byte[] {'a', ',', (byte) 0xed, (byte) 0xa0, (byte) 0x80}, "22021", "1: \"a,\uFFFD\"");
        assertRefused("", "a\t\\303\n", "22021", "1: \"a\t\\303\"");
        assertRefused("", "a\t\\000\n", "22021", "1: \"a\t\\000\"");
    }

    @Test
    void namesInTheFirstLineAreComparedIfThatIsWanted() throws SQLException {
        assertRows("(HEADER MATCH)", "a\tb\n1\t2\n", row("1", "2"));
        assertRows("(FORMAT csv, HEADER)", "c\n1,2\n", row("1", "2"));
        assertRows("(HEADER off)", "a\tb\n", row("a", "b"));
        assertRefused("(FORMAT csv, HEADER match)", "a,c\n1,2\n", "22P04", "1: \"a,c\"");
        assertRefused("(FORMAT csv, HEADER match)", "a\n1,2\n", "22P04", "1: \"a\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM STDIN (FORMAT binary, HEADER)|0A000",
                "FROM STDIN (FREEZE)|0A000",
                "FROM STDIN (ENCODING 'LATIN1')|0A000",
                "FROM STDIN WHERE a > 1|0A000",
                "FROM STDIN (QUOTE 'x')|0A000",
                "FROM STDIN CSV QUOTE 'xx'|0A000",
                "FROM STDIN (FORMAT csv, FORCE_QUOTE *)|0A000",
                "TO STDOUT (HEADER MATCH)|0A000",
                "TO STDOUT (FORMAT csv, FORCE_NULL (a))|0A000",
                "FROM STDIN (DELIMITER 'a')|22023",
                "FROM STDIN (FORMAT xml)|22023",
                "FROM STDIN (FORMAT csv, FORMAT csv)|42601",
                "FROM STDIN (ON_ERROR ignore)|0A000",
                "FROM STDIN (nothing)|42601",
                "FROM STDIN (HEADER|42601",
                "FROM 'file'|0A000",
                "FROM PROGRAM 'x'|0A000",
                "INTO STDIN|42601"
            })
    void whatIsNotThereIsRefused(String restAndState) {
        String[] parts = restAndState.split("\\|");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> format("COPY t " + parts[0]))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(parts[1]));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws SQLException {
        List<String> values = List.of("\b\f\n\r\t\u000b\\N\\.\"',|ü", "");
        for (String options : new String[] {"", "CSV", "(FORMAT csv, FORCE_QUOTE *)", "CSV ESCAPE '\\' QUOTE ''''"}) {
            CopyFormat out = format("COPY t TO STDOUT " + options);
            String line = new CopyWriter(out, List.of("a", "b")).row(values);
            String in = options.replace("FORCE_QUOTE *", "NULL ''");
            assertRows(in, line, values);
        }
        CopyWriter forced = new CopyWriter(format("COPY t TO STDOUT CSV HEADER FORCE QUOTE b"), List.of("a", "b"));
        assertThat(forced.header(List.of("a", "b")) + forced.row(row("1", "2")) + forced.row(row("×", "×")))
                .isEqualTo("a,b\n1,\"2\"\n,\n");
    }
}
