package io.github.hasqlite.postgres.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of JSON, compared with what PostgreSQL 15 makes of them. */
class JsonTextTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "{\"bb\":1,\"a\":2,\"a\" : [1 , true,null]} ¦ {\"a\": [1, true, null], \"bb\": 1}",
                "[1.50,1e3,-0.0,12E-1] ¦ [1.50, 1000, 0.0, 1.2]",
                "{} ¦ {}",
                "` [ ] ` ¦ []",
                "\"a\\/b\\u00e9\\t\\u0001\" ¦ `\"a/bé\\t\\u0001\"`",
                "{\"é\":1,\"zz\":2,\"a\":3} ¦ {\"a\": 3, \"zz\": 2, \"é\": 1}",
            })
    void aBinaryValueHasOneText(String text, String stored) throws SQLException {
        assertThat(JsonText.stored(PgType.JSONB, text)).isEqualTo(stored);
        assertThat(JsonText.stored(PgType.JSON, text)).isEqualTo(text);
        assertThat(JsonText.stored(PgType.JSONB, stored)).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '¦',
            value = {
                "`` ¦ 22P02",
                "{bad} ¦ 22P02",
                "{\"a\":1,} ¦ 22P02",
                "[1,] ¦ 22P02",
                "01 ¦ 22P02",
                "\"\\ud800\" ¦ 22P02",
                "\"\\u0000\" ¦ 22P05",
                "\"a ¦ 22P02",
                "\" ¦ 22P02",
                "\"\\ ¦ 22P02",
                "1 2 ¦ 22P02",
                "1e100000 ¦ 22003"
            })
    void whatIsNoneIsRefused(String text, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> JsonText.stored(PgType.JSONB, text))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    @Test
    void noTextBreaksIt() {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> JsonText.stored(PgType.JSON, "[".repeat(1_000_000)));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append("{}[]\",:\\u1e-.0 tn".charAt(random.nextInt(17)));
            }
            try {
                JsonText.stored(PgType.JSONB, text.toString());
            } catch (SQLException expected) {
                assertThat(expected.getSQLState()).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }
}
