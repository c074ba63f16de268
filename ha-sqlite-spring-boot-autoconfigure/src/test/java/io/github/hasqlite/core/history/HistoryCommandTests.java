package io.github.hasqlite.core.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.UndoRequest.Scope;
import io.github.hasqlite.core.history.HistoryCommand.Show;
import io.github.hasqlite.core.history.HistoryCommand.TakeBack;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements about the history, as people write them. */
class HistoryCommandTests {

    @Test
    void aPlaceOrADurationSaysFromWhere() throws SQLException {
        assertThat(HistoryCommand.parse("HISTORY")).contains(new Show(0, null));
        assertThat(HistoryCommand.parse(" history 17 ; ")).contains(new Show(17, null));
        assertThat(HistoryCommand.parse("HISTORY '5m'")).contains(new Show(0, Duration.ofMinutes(5)));
        assertThat(HistoryCommand.parse("/* who */ History \"1h30m\";")).contains(new Show(0, Duration.ofMinutes(90)));
        assertThat(HistoryCommand.parse("HISTORY 1.5s")).contains(new Show(0, Duration.ofMillis(1500)));
        assertThat(HistoryCommand.parse("HISTORY '17'")).contains(new Show(17, null));
        assertThat(HistoryCommand.parse("UNDO 3")).contains(new TakeBack(Scope.EVERYTHING, 3, 0, null, false, false));
        assertThat(HistoryCommand.parse("UNDOT 3.12"))
                .contains(new TakeBack(Scope.TRANSACTIONS, 3, 12, null, false, false));
        assertThat(HistoryCommand.parse("undoe 3;\n")).contains(new TakeBack(Scope.ROWS, 3, 0, null, false, false));
        assertThat(HistoryCommand.parse("UNDOT 2d"))
                .contains(new TakeBack(Scope.TRANSACTIONS, 0, 0, Duration.ofDays(2), false, false));
        assertThat(HistoryCommand.parse("EXPLAIN UNDOT '300ms' cascade"))
                .contains(new TakeBack(Scope.TRANSACTIONS, 0, 0, Duration.ofMillis(300), true, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "SELECT 1",
                "EXPLAIN SELECT 1",
                "EXPLAIN",
                "EXPLAIN HISTORY",
                "'HISTORY'",
                "UNDOX 1",
                "-- HISTORY",
                "INSERT INTO history VALUES (1)"
            })
    void otherStatementsAreNotAboutIt(String sql) throws SQLException {
        assertThat(HistoryCommand.parse(sql)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UNDO",
                "UNDO 0",
                "UNDO -1",
                "UNDO 1 2",
                "UNDO x",
                "UNDO 1e3",
                "UNDO '5m",
                "UNDO 0s",
                "UNDO 99999999999999999999",
                "UNDOE 1 WHERE t(1)",
                "HISTORY 1 2",
                "HISTORY 5 minutes",
                "HISTORY 999999999999999d",
                "HISTORY '; DROP'"
            })
    void whatCannotBeUnderstoodIsSaid(String sql) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> HistoryCommand.parse(sql))
                .withMessageContaining("the statement is")
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42601"));
    }
}
