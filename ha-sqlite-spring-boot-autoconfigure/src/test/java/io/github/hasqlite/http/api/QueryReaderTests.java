package io.github.hasqlite.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.http.api.QueryRequest.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a body may say. */
class QueryReaderTests {

    private static QueryRequest read(String body) throws ApiException {
        return QueryReader.read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static Problem problem(String body) {
        ApiException[] thrown = new ApiException[1];
        assertThatExceptionOfType(ApiException.class)
                .as(body)
                .isThrownBy(() -> read(body))
                .satisfies(e -> thrown[0] = e);
        return thrown[0].problem();
    }

    @Test
    void aStatementStandsAloneOrInAnArray() throws Exception {
        assertThat(read("{\"sql\":\"SELECT 1\"}")).isEqualTo(read(" [ {\"sql\":\"SELECT 1\",\"params\":null} ] \n"));
        assertThat(read("[{\"sql\":\"a\"},{\"sql\":\"b\"}]").queries())
                .extracting(QueryRequest.Query::sql)
                .containsExactly("a", "b");
    }

    @Test
    void parametersHaveTheTypesOfSqlite() throws Exception {
        Parameters.Positional positional = (Parameters.Positional)
                read("{\"sql\":\"\",\"params\":[1,-9223372036854775808,1.0,1e999,\"é\\u0000\",null,true,false,"
                                + "{\"base64\":\"AP8=\"}]}")
                        .queries()
                        .get(0)
                        .parameters();
        assertThat(positional.values().subList(0, 8))
                .isEqualTo(Arrays.asList(1L, Long.MIN_VALUE, 1.0, Double.POSITIVE_INFINITY, "é\0", null, 1L, 0L));
        assertThat((byte[]) positional.values().get(8)).containsExactly(0, -1);
        assertThat(((Parameters.Named) read("{\"params\":{\"a\":1,\":b\":null},\"sql\":\"\"}")
                                .queries()
                                .get(0)
                                .parameters())
                        .values())
                .containsExactlyInAnyOrderEntriesOf(nullable());
    }

    @Test
    void halfOfASurrogatePairIsNoText() throws Exception {
        for (String json : new String[] {
            "{\"sql\":\"\",\"params\":[\"a\\ud83d\"]}",
            "{\"sql\":\"\",\"params\":{\"a\":\"\\ude00\\ud83d\"}}",
            "{\"sql\":\"SELECT '\\udfff'\"}"
        }) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> read(json))
                    .satisfies(e -> assertThat(e.problem().detail()).contains("half of a surrogate pair"));
        }
        read("{\"sql\":\"SELECT '\\ud83d\\ude00'\"}");
    }

    private static Map<String, Object> nullable() {
        Map<String, Object> values = new HashMap<>();
        values.put("a", 1L);
        values.put(":b", null);
        return values;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "{}",
                "1",
                "\"SELECT 1\"",
                "[1]",
                "[[{\"sql\":\"a\"}]]",
                "{\"sql\":1}",
                "{\"sql\":null}",
                "{\"sql\":\"a\"",
                "{\"sql\":\"a\"} {\"sql\":\"b\"}",
                "{\"sql\":\"a\",\"sql\":\"b\"}",
                "{\"sql\":\"a\",\"parms\":[]}",
                "{\"sql\":\"a\",\"params\":1}",
                "{\"sql\":\"a\",\"params\":[[1]]}",
                "{\"sql\":\"a\",\"params\":[9223372036854775808]}",
                "{\"sql\":\"a\",\"params\":[NaN]}",
                "{\"sql\":\"a\",\"params\":[01]}",
                "{\"sql\":\"a\",\"params\":[{}]}",
                "{\"sql\":\"a\",\"params\":[{\"base64\":\"*\"}]}",
                "{\"sql\":\"a\",\"params\":[{\"base64\":\"AA==\",\"x\":1}]}",
                "{\"sql\":\"a\",\"params\":{\"a\":1,\"a\":2}}",
                "{'sql':'a'}",
                "\uFEFF{\"sql\"",
            })
    void whateverElseIsRefused(String body) {
        assertThat(problem(body).status()).isEqualTo(400);
    }

    @Test
    void aProblemNamesThePlace() {
        assertThat(problem("[{\"sql\":\"a\"},\n {\"sql\":\"b\",\"parms\":[]}]").more())
                .containsEntry("pointer", "/1/parms")
                .containsEntry("line", 2);
        assertThat(problem("{\"sql\":\"a\",\"params\":{\"n\":[]}}").more()).containsEntry("pointer", "/params/n");
        assertThat(problem("{\"sql\":\n\"a\",,}").more())
                .containsEntry("line", 2)
                .containsKey("column");
    }

    @Test
    void bytesThatAreNoUtf8AndDepthWithoutEndAreRefused() {
        byte[] wrong = "{\"sql\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        wrong[8] = (byte) 0xC0;
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> QueryReader.read(wrong));
        assertThat(problem("[".repeat(100_000)).status()).isEqualTo(400);
        assertThat(problem("{\"sql\":\"a\",\"params\":[" + "1".repeat(100_000) + "]}")
                        .status())
                .isEqualTo(400);
        assertThat(List.of(
                        problem("{\"" + "x".repeat(100_000) + "\":1}").detail().length()))
                .allSatisfy(length -> assertThat(length).isLessThan(1_000));
    }
}
