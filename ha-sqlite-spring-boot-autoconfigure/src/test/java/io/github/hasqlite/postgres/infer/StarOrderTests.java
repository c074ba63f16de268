package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The columns of a star are in PostgreSQL's order. */
class StarOrderTests {

    private static final Map<String, List<TableColumns.Column>> TABLES =
            Map.of("a", columns("x", "id", "v"), "b", columns("w", "id", "x"));

    private static List<TableColumns.Column> columns(String... names) {
        return Arrays.stream(names)
                .map(name -> new TableColumns.Column(name, DeclaredTypes.of("INTEGER")))
                .toList();
    }

    private static String spelled(String sql) throws SQLException {
        String spelled = Inference.of(Spelling.tokens(sql), new int[0], table -> TABLES.getOrDefault(table, List.of()))
                .spelled();
        return Objects.requireNonNullElse(spelled, sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "SELECT * FROM a JOIN b USING (id) ¦ SELECT \"a\".\"id\", \"a\".\"x\", \"a\".\"v\", \"b\".\"w\", \"b\".\"x\" FROM",
                "SELECT * FROM a JOIN b USING (id, x) ¦ SELECT \"a\".\"id\", \"a\".\"x\", \"a\".\"v\", \"b\".\"w\" FROM",
                "SELECT * FROM a c FULL JOIN b USING (id) ¦ SELECT \"id\" AS \"id\", \"c\".\"x\", \"c\".\"v\", \"b\".\"w\", \"b\".\"x\" FROM",
                "SELECT * FROM b, a JOIN a d USING (id) ¦ SELECT \"b\".\"w\", \"b\".\"id\", \"b\".\"x\", \"a\".\"id\", \"a\".\"x\","
                        + " \"a\".\"v\", \"d\".\"x\", \"d\".\"v\" FROM",
                "SELECT * FROM a JOIN b USING (x) ¦ SELECT * FROM",
                "SELECT * FROM a JOIN c USING (id) ¦ SELECT * FROM",
                "SELECT a.* FROM a JOIN b USING (id) ¦ SELECT a.* FROM",
                "INSERT INTO b SELECT * FROM a JOIN b USING (id, x) ¦ SELECT \"a\".\"id\", \"a\".\"x\"",
            })
    void columnsOfUsingComeFirst(String sql, String expected) throws SQLException {
        assertThat(spelled(sql)).contains(expected);
    }

    @Test
    void whatCannotBeWrittenInThatOrderIsRefused() {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> spelled("SELECT * FROM a JOIN (b JOIN a c USING (id)) ON a.v = w"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }
}
