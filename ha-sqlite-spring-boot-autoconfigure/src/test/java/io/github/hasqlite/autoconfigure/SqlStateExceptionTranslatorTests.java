package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessException;

/** What is not easily made to happen on a real node; the rest is tested where applications meet it. */
class SqlStateExceptionTranslatorTests {

    private final SqlStateExceptionTranslator translator = new SqlStateExceptionTranslator();

    @ParameterizedTest
    @CsvSource({
        "08001, org.springframework.dao.DataAccessResourceFailureException, false",
        "08007, org.springframework.dao.DataAccessResourceFailureException, false",
        "08H01, org.springframework.dao.DataAccessResourceFailureException, false",
        "XX001, org.springframework.dao.DataAccessResourceFailureException, false",
        "53100, org.springframework.dao.DataAccessResourceFailureException, false",
        "58030, org.springframework.dao.DataAccessResourceFailureException, false",
        "40001, org.springframework.dao.CannotAcquireLockException, true",
        "40000, org.springframework.dao.PessimisticLockingFailureException, true",
        "55P03, org.springframework.dao.CannotAcquireLockException, true",
        "57014, org.springframework.dao.QueryTimeoutException, true",
        "25006, org.springframework.dao.PermissionDeniedDataAccessException, false",
        "0A000, org.springframework.dao.InvalidDataAccessApiUsageException, false",
    })
    void onlyWhatDidNotHappenIsTransient(
            String state, Class<? extends DataAccessException> type, boolean mayBeTriedAgain) {
        DataAccessException translated = translator.translate("commit", null, new SQLException("reason", state));
        assertThat(translated).isExactlyInstanceOf(type);
        assertThat(translated instanceof TransientDataAccessException).isEqualTo(mayBeTriedAgain);
    }
}
