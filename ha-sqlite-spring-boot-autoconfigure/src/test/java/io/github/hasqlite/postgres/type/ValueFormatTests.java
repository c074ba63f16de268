package io.github.hasqlite.postgres.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values out and in again, as text and in binary. */
class ValueFormatTests {

    private static String text(String declared, Object value) throws SQLException {
        return new String(ValueFormat.encode(DeclaredTypes.of(declared), "c", value, false), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "INTEGER,INT8,-1",
        "int,INT8,-1",
        "INT4,INT4,-1",
        "smallint,INT2,-1",
        "VARCHAR(10),VARCHAR,14",
        "character varying ( 7 ),VARCHAR,11",
        "NVARCHAR(160),VARCHAR,164",
        "'NUMERIC(10,2)',NUMERIC,655366",
        "DECIMAL,NUMERIC,-1",
        "double precision,FLOAT8,-1",
        "REAL,FLOAT8,-1",
        "BLOB,BYTEA,-1",
        "bytea,BYTEA,-1",
        "TIMESTAMP WITH TIME ZONE,TIMESTAMPTZ,-1",
        "timestamp(6) with time zone,TIMESTAMPTZ,-1",
        "DATETIME,TIMESTAMP,-1",
        "BOOLEAN,BOOL,-1",
        "uuid,UUID,-1",
        "JSON,JSON,-1",
        "UNSIGNED BIG INT,INT8,-1",
        "MONEY,TEXT,-1",
        "'',TEXT,-1"
    })
    void declaredTypesAreKnown(String declared, PgType type, int modifier) {
        assertThat(DeclaredTypes.of(declared).type()).isEqualTo(type);
        assertThat(DeclaredTypes.of(declared).modifier()).isEqualTo(modifier);
    }

    @Test
    void textIsAsPostgresWritesIt() throws SQLException {
        assertThat(text("BOOLEAN", 1L)).isEqualTo("t");
        assertThat(text("REAL", 1.0)).isEqualTo("1");
        assertThat(text("REAL", 1e15)).isEqualTo("1e+15");
        assertThat(text("REAL", 1.5e-7)).isEqualTo("1.5e-07");
        assertThat(text("REAL", Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
        assertThat(text("NUMERIC", "1.50")).isEqualTo("1.50");
        assertThat(text("BLOB", new byte[] {0, -1})).isEqualTo("\\x00ff");
        assertThat(text("TIMESTAMP", "2026-01-02T03:04:05.120000000")).isEqualTo("2026-01-02 03:04:05.12");
        assertThat(text("TIMESTAMPTZ", "2026-01-02T03:04:05.000000000Z")).isEqualTo("2026-01-02 03:04:05+00");
        assertThat(text("TIMESTAMPTZ", "2026-01-02 03:04:05")).isEqualTo("2026-01-02 03:04:05+00");
    }

    @ParameterizedTest
    @CsvSource({
        "BOOLEAN,2",
        "INT2,70000",
        "INT4,3000000000",
        "INTEGER,abc",
        "DATE,yesterday",
        "DATE,2026-02-30",
        "TIME,25:00:00",
        "TIMESTAMP,2026-01-02T03:04:05Z",
        "UUID,1-2-3",
        "NUMERIC,1e999999999",
        "BLOB,text",
        "INTEGER,1.5",
        "BLOB,\\xabc",
        "BLOB,\\x00",
        "BOOLEAN,true",
        "BOOLEAN,f",
        "UUID,A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
        "CHAR(5),'ab  '",
        "DATE,2026-1-2",
        "TIMESTAMP,2026-01-02",
        "TIMESTAMP,2026-01-02T03:04:05",
        "TIMESTAMP,1767323045",
        "TIMESTAMPTZ,2026-01-02T03:04:05+02:00",
        "TIMESTAMPTZ,2026-01-02T03:04:05.000000000",
        "TIME,03:04"
    })
    void whatDoesNotFitIsAnError(String declared, String written) {
        Object value = written.matches("\\d+") ? (Object) Long.parseLong(written) : written;
        assertThat(ValueFormat.fits(DeclaredTypes.of(declared), value)).isFalse();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> text(declared, value))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22P02"));
    }

    @Test
    void numbersComeBackFromBinaryAsTheyWere() throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            BigDecimal number =
                    new BigDecimal(new java.math.BigInteger(random.nextInt(120), random), random.nextInt(40) - 5);
            number = random.nextBoolean() ? number.negate() : number;
            byte[] bytes = ValueBinary.of(PgType.NUMERIC, number);
            Object back = ParameterFormat.decode(PgType.NUMERIC, PgType.NUMERIC.oid(), bytes, true);
            assertThat(new BigDecimal(back.toString())).as("seed %s", seed).isEqualByComparingTo(number);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL,t,1",
        "INT2,-3,-3",
        "INT4,7,7",
        "INT8,9223372036854775807,9223372036854775807",
        "FLOAT8,1.5,1.5",
        "NUMERIC,2.50,2.50",
        "NUMERIC,2.5,2.5",
        "NUMERIC,12,12",
        "DATE,2026-01-02,2026-01-02",
        "TIMESTAMP,2026-01-02 03:04:05.5+01,2026-01-02T03:04:05.500000000",
        "TIMESTAMPTZ,2026-01-02 03:04:05+01,2026-01-02T02:04:05.000000000Z",
        "TIME,03:04,03:04:00.000000000",
        "UUID,{a0eebc999c0b4ef8-bb6d6bb9bd380a11},a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "UUID,A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11,a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        "TEXT,ä,ä"
    })
    void parametersAreStoredAsTheDataSourceWouldStoreThem(PgType type, String text, String stored) throws SQLException {
        Object value = ParameterFormat.decode(type, type.oid(), text.getBytes(StandardCharsets.UTF_8), false);
        assertThat(value).hasToString(stored);
        ColumnType column = ColumnType.declared(type);
        byte[] binary = ValueFormat.encode(column, "c", value, true);
        assertThat(ParameterFormat.decode(type, type.oid(), binary, true)).hasToString(stored);
    }

    @ParameterizedTest
    @CsvSource({
        "NUMERIC,00010000123400000005,22P03",
        "NUMERIC,00010000000000002710,22P03",
        "NUMERIC,00010000000040000001,22P03",
        "NUMERIC,000100000000000000010001,22P03",
        "NUMERIC,00020000000000000001,22P03",
        "JSONB,027b7d,22P03",
        "INT4,000000,22P03",
        "INT4,0000000000,22P03",
        "TIME,ffffffffffffffff,22008"
    })
    void impossibleBytesAreRefused(PgType type, String hex, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(type, 0, HexFormat.of().parseHex(hex), true))
                .satisfies(e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state));
    }

    @ParameterizedTest
    @CsvSource({"1e400", "-1e400", "1e-400"})
    void floatingPointIsNeverOutOfRange(String number) {
        byte[] text = number.getBytes(StandardCharsets.UTF_8);
        byte[] array = ("{" + number + "}").getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(PgType.FLOAT8, 0, text, false))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"));
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(null, PgType.FLOAT8.arrayOid(), array, false))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"));
    }

    @Test
    void arraysAreJson() throws SQLException {
        byte[] text = "{a,\"b \\\"c\",NULL}".getBytes(StandardCharsets.UTF_8);
        assertThat(ParameterFormat.decode(null, PgType.TEXT.arrayOid(), text, false))
                .isEqualTo("[\"a\",\"b \\\"c\",null]");
        byte[] numbers = "{1,2}".getBytes(StandardCharsets.UTF_8);
        assertThat(ParameterFormat.decode(null, PgType.INT4.arrayOid(), numbers, false))
                .isEqualTo("[1,2]");
    }

    /** No bytes of a client do more than fail. */
    @Test
    void noBytesBreakIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(30)];
            random.nextBytes(bytes);
            PgType type = PgType.values()[random.nextInt(PgType.values().length)];
            try {
                ParameterFormat.decode(type, type.oid(), bytes, random.nextBoolean());
                ParameterFormat.decode(null, PgType.INT4.arrayOid(), bytes, random.nextBoolean());
            } catch (SQLException expected) {
                assertThat(expected.getSQLState()).isNotNull();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + type, e);
            }
        }
    }

    /** {@code {"\\x00ff", NULL}} in binary. */
    @Test
    void arraysOfBytesAreJson() throws SQLException {
        byte[] array = HexFormat.of()
                .parseHex("00000001" + "00000001" + "00000011" + "0000000200000001" + "0000000200ff" + "ffffffff");
        assertThat(ParameterFormat.decode(null, PgType.BYTEA.arrayOid(), array, true))
                .isEqualTo("[{\"ha_bytea\":\"00ff\"},null]");
        byte[] text = "{NULL,\"\\\\x00ff\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(ParameterFormat.decode(null, PgType.BYTEA.arrayOid(), text, false))
                .isEqualTo("[null,{\"ha_bytea\":\"00ff\"}]");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(
                        null, PgType.FLOAT8.arrayOid(), "{NaN}".getBytes(StandardCharsets.UTF_8), false))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22003"));
    }

    @ParameterizedTest
    @CsvSource({
        "DATE,7fffffff,0A000",
        "DATE,80000000,0A000",
        "TIMESTAMP,7fffffffffffffff,0A000",
        "TIMESTAMPTZ,8000000000000000,0A000",
        "DATE,7f000000,22008",
        "TIMESTAMP,7f00000000000000,22008"
    })
    void momentsThatNoTextIsAreRefused(PgType type, String hex, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(type, 0, HexFormat.of().parseHex(hex), true))
                .satisfies(e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state));
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> ParameterFormat.decode(type, 0, " Infinity".getBytes(StandardCharsets.UTF_8), false))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }
}
