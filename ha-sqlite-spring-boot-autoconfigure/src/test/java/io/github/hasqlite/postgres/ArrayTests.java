package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrays as literals, parameters and arguments of EXECUTE: their elements are values of what they are compared with. */
@Tag("system")
@Timeout(60)
class ArrayTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE a(id BIGINT PRIMARY KEY, d DATE, ts TIMESTAMP, b BOOLEAN, u UUID, x TEXT,"
                    + " n NUMERIC(9,2), iv INTERVAL)");
            statement.execute("INSERT INTO a VALUES (1, '2026-01-02', '2026-01-02 03:04', 't',"
                    + " 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '7', 1.5, '1 day')");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ts = ANY('{2026-01-02 03:04}')",
                "ts = ANY('{2020-01-01,2026-01-02 03:04:00+07}'::timestamp[])",
                "ts = ANY(ARRAY['2026-01-02 03:04'::timestamp])",
                "ts = ANY(ARRAY['2026-01-02 03:04', NULL])",
                "ts = ANY(ARRAY['2026-01-02 03:04']::timestamp[])",
                "ts = ANY(ARRAY[timestamptz '2026-01-02 03:04Z'])",
                "ts::date = ANY('{2026-01-02}')",
                "d = ANY(ARRAY['2026-01-02']) AND d = ANY('{2026-01-02}'::timestamp[])",
                "d = SOME(ARRAY[timestamp '2026-01-02 00:00'])",
                "b = ANY('{t}') AND b = ANY('{false,true}'::bool[]) AND b = ANY(ARRAY['yes'])",
                "u = ANY('{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}')",
                "u = ANY(ARRAY['A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid])",
                "x = ANY('{7}') AND NOT x = ANY('{07}') AND '7' = ANY('{7}') AND x <> ALL('{07}'::text[])",
                "n = ANY('{1.50}') AND id = ANY('{1,2}') AND id = ANY(ARRAY['1']) AND n = ANY(ARRAY[1.5, 2])",
                "id IN (SELECT 1 FROM unnest('{t}'::bool[]) AS q(y) WHERE q.y = a.b)",
                "ts IN (SELECT y FROM unnest('{\"2026-01-02 03:04\"}'::timestamp[]) AS q(y))",
                "id = (SELECT o FROM unnest('{2026-01-02,2026-01-03}'::date[]) WITH ORDINALITY q(y, o) WHERE y = d)",
                "EXISTS (SELECT 1 FROM unnest(ARRAY['2026-01-01']::date[]) q WHERE q + 1 = d)",
                "NOT ts <> ALL('{2026-01-02 03:04}')",
            })
    void literalsAreReadAsTheirType(String condition) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            assertThat(RunningServer.rows(statement, "SELECT id FROM a WHERE " + condition))
                    .isEqualTo("1;");
        }
    }

    @Test
    void nothingIsDeletedThatIsInTheArray() throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("DELETE FROM a WHERE ts <> ALL('{2026-01-02 03:04}')"))
                    .isZero();
            assertThat(RunningServer.rows(statement, "SELECT count(*) FROM a WHERE ts = ANY('{2026-01-02}'::date[])"))
                    .isEqualTo("0;");
            RunningServer.assertRefused(statement, "SELECT 1 FROM a WHERE iv = ANY('{24:00}')", "0A000");
            RunningServer.assertRefused(statement, "SELECT 1 FROM a WHERE d = ANY('{soon}'::date[])", "22007");
            RunningServer.assertRefused(statement, "SELECT 1 FROM a WHERE d = ANY('soon')", "22P02");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "1 = ANY(?::int[]) ¦ {1}",
                "'a' = ANY(?::text[]) ¦ {b,a}",
                "id = ANY(CAST(? AS bigint[])) ¦ {2,1}",
                "x = ANY(?::text[]) AND x = ANY(?) ¦ {7}",
                "x <> ALL(?::varchar[]) ¦ {07,null}  ",
                "ts = ANY(?::timestamp[]) ¦ {2026-01-02 03:04:00+00}",
                "b = ANY(?::bool[]) ¦ {t}",
                "ts IN (SELECT y FROM unnest(?::timestamp[]) q(y)) ¦ {\"2026-01-02 03:04\"}",
                "id = ANY(?::int[]) ¦ [1]",
            })
    void parametersAreReadFromTextsByTheirCast(String condition, String value) throws SQLException {
        String expected = value.contains("null") ? "" : "1";
        for (String type : new String[] {"unspecified", "varchar"}) {
            if (type.equals("varchar") && condition.contains("ANY(?)")
                    || value.startsWith("[") && !type.equals("varchar")) {
                continue;
            }
            try (Connection connection = server.connect("stringtype", type);
                    PreparedStatement query = connection.prepareStatement("SELECT id FROM a WHERE " + condition)) {
                for (int i = 1; i <= query.getParameterMetaData().getParameterCount(); i++) {
                    query.setString(i, value.strip());
                }
                try (ResultSet rows = query.executeQuery()) {
                    assertThat(rows.next() ? rows.getString(1) : "").as(type).isEqualTo(expected);
                }
            }
        }
    }

    /** Of integers, or of texts. */
    @Test
    void answersAreArrays() throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                PreparedStatement query = connection.prepareStatement("SELECT ?::int[], ?::date[]")) {
            assertThat(RunningServer.rows(
                            statement,
                            "SELECT '{1, 2}'::int[], ARRAY['a', 'b c', NULL], '{t,f}'::bool[], ARRAY[id, 5], y FROM a,"
                                    + " (SELECT '{2026-01-02 03:04}'::timestamp[] AS y) q"))
                    .isEqualTo("{1,2}|{a,\"b c\",NULL}|{t,f}|{1,5}|{\"2026-01-02 03:04:00\"};");
            query.setArray(1, connection.createArrayOf("int", new Integer[] {3, 4}));
            query.setString(2, "{1/2/2026}");
            try (ResultSet rows = query.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat((Object[]) rows.getArray(1).getArray()).containsExactly(3L, 4L);
                assertThat((Object[]) rows.getArray(2).getArray()).containsExactly("2026-01-02");
            }
        }
    }

    @Test
    void aTextThatIsNoArrayIsRefused() throws SQLException {
        try (Connection connection = server.connect();
                PreparedStatement query = connection.prepareStatement("SELECT 1 FROM a WHERE id = ANY(?::int[])")) {
            for (String wrong : new String[] {"1", "{1", "{x}"}) {
                query.setString(1, wrong);
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(query::executeQuery)
                        .satisfies(e -> assertThat(e.getSQLState()).as(wrong).isEqualTo("22P02"));
            }
        }
    }

    @Test
    void argumentsOfExecuteAreArrays() throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "PREPARE typed(int[], timestamp[]) AS SELECT id FROM a WHERE id = ANY($1) AND ts = ANY($2)");
            statement.execute("PREPARE cast AS SELECT id FROM a WHERE id = ANY($1::int[]) AND b = ANY($2)");
            assertThat(RunningServer.rows(statement, "EXECUTE typed('{1,2}', '{2026-01-02 03:04}')"))
                    .isEqualTo("1;");
            assertThat(RunningServer.rows(statement, "EXECUTE cast('{1,2}', '{t}')"))
                    .isEqualTo("1;");
            RunningServer.assertRefused(statement, "EXECUTE typed('{x}', '{}')", "22P02");
            statement.execute("DEALLOCATE ALL");
        }
    }
}
