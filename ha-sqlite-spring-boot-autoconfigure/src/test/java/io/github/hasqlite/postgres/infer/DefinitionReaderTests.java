package io.github.hasqlite.postgres.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Literals in definitions of the schema, which stand there as columns store them. */
class DefinitionReaderTests {

    private static final String NOW = "(strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now'))";

    private static final List<TableColumns.Column> TABLE = List.of(
            column("id", "BIGINT"),
            column("d", "DATE"),
            column("ts", "TIMESTAMP"),
            column("tz", "TIMESTAMPTZ"),
            column("b", "BOOLEAN"),
            column("x", "TEXT"),
            column("iv", "INTERVAL"));

    private static TableColumns.Column column(String name, String type) {
        return new TableColumns.Column(name, DeclaredTypes.of(type));
    }

    private static String spelled(String sql) throws SQLException {
        String spelled = Inference.of(Spelling.tokens(sql), new int[0], name -> name.equals("t") ? TABLE : List.of())
                .spelled();
        return Spelling.ofDatabase(spelled == null ? sql : spelled);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "CREATE TABLE a(b BOOLEAN DEFAULT 't' NOT NULL, ts TIMESTAMP DEFAULT '2026-01-01 00:00', y BYTEA DEFAULT"
                        + " '\\x41', x TEXT DEFAULT 't', i INT DEFAULT '-5') ¦ CREATE TABLE a(b BOOLEAN DEFAULT 1 NOT NULL,"
                        + " ts TIMESTAMP DEFAULT '2026-01-01T00:00:00.000000000', y BYTEA DEFAULT x'41', x TEXT DEFAULT"
                        + " 't', i INT DEFAULT (-5))",
                "CREATE TABLE a(b bool DEFAULT ('f'), n timestamp(6) with time zone DEFAULT ('2026-01-01 00:00+01'),"
                        + " c varchar(5) DEFAULT 'f') ¦ CREATE TABLE a(b bool DEFAULT (0), n timestampTZ DEFAULT"
                        + " ('2025-12-31T23:00:00.000000000Z'), c varchar(5) DEFAULT 'f')",
                "CREATE TABLE a(b BOOLEAN CHECK (b = 't'), ts TIMESTAMP, CONSTRAINT k CHECK (ts > '2026-01-01' AND (b = 'f'"
                        + " OR x IN ('t', 'f'))), x TEXT) ¦ CREATE TABLE a(b BOOLEAN CHECK (b = 1), ts TIMESTAMP,"
                        + " CONSTRAINT k CHECK (ts > '2026-01-01T00:00:00.000000000' AND (b = 0 OR x IN ('t', 'f'))),"
                        + " x TEXT)",
                "CREATE TABLE a(ts TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL, tz TIMESTAMPTZ DEFAULT localtimestamp, d DATE"
                        + " DEFAULT CURRENT_TIMESTAMP, x TEXT DEFAULT CURRENT_TIMESTAMP) ¦ CREATE TABLE a(ts TIMESTAMP DEFAULT"
                        + " (strftime('%Y-%m-%dT%H:%M:%f000000', 'now')) NOT NULL, tz TIMESTAMPTZ DEFAULT"
                        + " (strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now')), d DATE DEFAULT CURRENT_DATE, x TEXT DEFAULT"
                        + " CURRENT_TIMESTAMP)",
                "CREATE TABLE a(d DATE, ts TIMESTAMP, ok BOOLEAN GENERATED ALWAYS AS (d < ts) STORED, no BOOLEAN AS ('t'))"
                        + " ¦ CREATE TABLE a(d DATE, ts TIMESTAMP, ok BOOLEAN GENERATED ALWAYS AS ((d ||"
                        + " 'T00:00:00.000000000') < ts) STORED, no BOOLEAN AS (1))",
                "ALTER TABLE t ADD COLUMN c BOOLEAN DEFAULT 'yes' CHECK (c = 't' OR ts < '2026-01-01') ¦ ALTER TABLE t ADD"
                        + " COLUMN c BOOLEAN DEFAULT 1 CHECK (c = 1 OR ts < '2026-01-01T00:00:00.000000000')",
                "CREATE VIEW v AS SELECT id FROM t WHERE b = 't' AND ts = '2026-01-01 00:00' ¦ CREATE VIEW v AS SELECT id FROM"
                        + " t WHERE b = 1 AND ts = '2026-01-01T00:00:00.000000000'",
                "CREATE VIEW v(a) AS WITH q AS (SELECT * FROM t) SELECT id FROM q WHERE b IN ('t') AND ts = ANY('{2026-01-01}')"
                        + " ¦ CREATE VIEW v(a) AS WITH q AS (SELECT * FROM t) SELECT id FROM q WHERE b IN (1) AND ts IN"
                        + " (2026-01-01T00:00:00.000000000)",
                "CREATE UNIQUE INDEX i ON t USING btree (x, coalesce(b, 'f')) WHERE b = 't' ¦ CREATE UNIQUE INDEX i ON t (x,"
                        + " coalesce(b, 0)) WHERE b = 1",
                "CREATE TABLE a AS SELECT id, x FROM t WHERE ts = '2026-01-01' AND b = 't' ¦ CREATE TABLE a AS SELECT id, x"
                        + " FROM t WHERE ts = '2026-01-01T00:00:00.000000000' AND b = 1",
                "CREATE TRIGGER g AFTER UPDATE OF b ON t WHEN new.b = 't' BEGIN UPDATE t SET b = 'f', d = '2026-01-02 03:04'"
                        + " WHERE ts <= new.ts AND b = 't'; INSERT INTO t(b, x) VALUES ('t', 't'); END ¦ CREATE TRIGGER g"
                        + " AFTER UPDATE OF b ON t WHEN new.b = 1 BEGIN UPDATE t SET b = 0, d = '2026-01-02' WHERE ts <="
                        + " new.ts AND b = 1; INSERT INTO t(b, x) VALUES (1, 't'); END",
            })
    void literalsAreSpelledAsTheyAreStored(String sql, String expected) throws SQLException {
        String json = "IN (2026-01-01T00:00:00.000000000)";
        String wanted =
                expected.replace(json, "IN (SELECT value FROM json_each('[\"2026-01-01T00:00:00.000000000\"]'))");
        String spelled =
                spelled(sql).replaceAll("SELECT CASE type .*? END FROM json_each", "SELECT value FROM json_each");
        assertThat(spelled).isEqualToNormalizingWhitespace(wanted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "d < tz ¦ (d || 'T00:00:00.000000000Z') < tz",
                "ts = tz ¦ ts = rtrim(tz, 'Z')",
                "tz = ts ¦ tz = (ts || 'Z')",
                "ts > CURRENT_TIMESTAMP ¦ ts > rtrim(NOW, 'Z')",
                "tz > now() ¦ tz > NOW",
                "d BETWEEN '2026-01-01' AND ts ¦ (d || 'T00:00:00.000000000') BETWEEN ('2026-01-01' ||"
                        + " 'T00:00:00.000000000') AND ts",
            })
    void momentsOfDifferentTypesAreComparedByPlainSqlite(String condition, String expected) throws SQLException {
        assertThat(spelled("CREATE VIEW v AS SELECT id FROM t WHERE " + condition)
                        .replaceAll("\\s+", " "))
                .endsWith("WHERE " + expected.replace("NOW", NOW));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "CREATE VIEW v AS SELECT d + 1 FROM t ¦ julianday(x)",
                "CREATE TABLE a(d DATE, e DATE, CHECK (e - d < 5)) ¦ julianday(x)",
                "CREATE VIEW v AS SELECT id FROM t WHERE iv > '1 day' ¦ keep seconds",
                "CREATE TABLE a AS SELECT id, b, max(ts) AS m FROM t ¦ CREATE TABLE a(id int8, b bool, m timestamp)",
                "CREATE TABLE a AS SELECT * FROM t ¦ INSERT INTO a SELECT",
            })
    void whatPlainSqliteDoesNotHaveIsRefused(String sql, String instead) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> spelled(sql))
                .withMessageContaining(instead)
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }
}
