package io.github.hasqlite.postgres.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms of dates and times, compared with what PostgreSQL 15 makes of them. */
class MomentTextTests {

    private static Object cast(PgType type, String text) throws SQLException {
        return ValueCast.cast(ColumnType.declared(type), null, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Jan 5, 2026|2026-01-05",
                "5/1/2026|2026-05-01",
                "20260105|2026-01-05",
                "260105|2026-01-05",
                "5-Jan-2026|2026-01-05",
                "Jan-05-2026|2026-01-05",
                "2026-Jan-05|2026-01-05",
                "2026 Jan 5|2026-01-05",
                "08-Jan-99|1999-01-08",
                "1/31/26|2026-01-31",
                "1/31/70|1970-01-31",
                "1/2/3|2003-01-02",
                "2026.01.31|2026-01-31",
                "2026-1-31|2026-01-31",
                "Monday, January 5, 2026|2026-01-05",
            })
    void readsDaysAsPostgresDoes(String text, String stored) throws SQLException {
        assertThat(cast(PgType.DATE, text)).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mon Jan 5 10:11:12 2026|2026-01-05T10:11:12Z",
                "July 4, 2026 4:05 PM|2026-07-04T16:05:00Z",
                "20260131T101112|2026-01-31T10:11:12Z",
                "2026-1-5T10:11|2026-01-05T10:11:00Z",
                "2026-01-31 10:00 Europe/Zurich|2026-01-31T09:00:00Z",
                "2026-07-31 10:00 America/New_York|2026-07-31T14:00:00Z",
                "2026-07-31 10:00 PST|2026-07-31T18:00:00Z",
                "2026-07-31 10:00-8|2026-07-31T18:00:00Z",
                "2026-07-31 10:00 +0530|2026-07-31T04:30:00Z",
                "2026-01-01 EST|2026-01-01T05:00:00Z",
                "2026-07-31 24:00:00|2026-08-01T00:00:00Z",
                "2026-07-31 23:59:60|2026-08-01T00:00:00Z",
                // clocks are put forward, and back
                "2026-03-29 02:30 Europe/Zurich|2026-03-29T01:30:00Z",
                "2026-10-25 02:30 Europe/Zurich|2026-10-25T01:30:00Z",
            })
    void readsMomentsAsPostgresDoes(String text, String stored) throws SQLException {
        assertThat(cast(PgType.TIMESTAMPTZ, text)).isEqualTo(stored.replace("Z", ".000000000Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "DATE,31/1/2026,22008",
        "DATE,2026-02-30,22008",
        "DATE,Jan 32 2026,22008",
        "DATE,soon,22007",
        "DATE,'',22007",
        "DATE,Jan 5,22007",
        "DATE,1 2 2026 Jan,22007",
        "TIMESTAMP,2026-07-31 13:00 PM,22008",
        "TIMESTAMP,2026-07-31 10:00 Nowhere/Town,22007",
        "TIME,25:00,22008"
    })
    void refusesWhatIsNone(PgType type, String text, String state) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> cast(type, text))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(state));
    }
}
