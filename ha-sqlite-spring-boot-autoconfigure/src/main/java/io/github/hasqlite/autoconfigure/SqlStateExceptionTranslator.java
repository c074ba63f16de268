package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ReplicationTimeoutException;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.support.AbstractFallbackSQLExceptionTranslator;

/**
 * What Spring makes of the SQLStates of {@link SqlStates}. Differs from Spring's own reading of SQLStates in
 * those that are not the standard's: busy, read only, disk full, a corrupt file, unsupported features.
 *
 * <p>Transient, so that trying again may help, are 40xxx (the whole transaction), 55P03 and 57014. All of class
 * 08 is a {@link DataAccessResourceFailureException}, which is not: after 08007 nobody knows whether it was
 * committed, and after 08H01 ({@link ReplicationTimeoutException}) it was.
 *
 * <p>Thread-safe. Made by the auto-configuration as a bean, and by Spring, which finds it through {@code
 * sql-error-codes.xml}, for whoever translates without that bean.
 */
final class SqlStateExceptionTranslator extends AbstractFallbackSQLExceptionTranslator {

    private static final int CLASS = 2;

    /** States that mean something else than their class. */
    private static @Nullable DataAccessException ofState(String state, String message, SQLException e) {
        return switch (state) {
            case "23505" -> new DuplicateKeyException(message, e);
            case "25006", "42501" -> new PermissionDeniedDataAccessException(message, e);
            case "40001", "55P03" -> new CannotAcquireLockException(message, e);
            case "57014" -> new QueryTimeoutException(message, e);
            default -> null;
        };
    }

    @Override
    protected @Nullable DataAccessException doTranslate(String task, @Nullable String sql, SQLException e) {
        String state = SqlStates.of(e);
        String message = buildMessage(task, sql, e);
        DataAccessException exact = ofState(state, message, e);
        if (exact != null) {
            return exact;
        }
        return switch (state.substring(0, CLASS)) {
            case "22", "23" -> new DataIntegrityViolationException(message, e);
            case "40" -> new PessimisticLockingFailureException(message, e);
            case "42" -> new BadSqlGrammarException(task, sql == null ? "" : sql, e);
            case "07", "0A", "24", "25", "3B", "HY" ->
                state.equals("HY000") ? null : new InvalidDataAccessApiUsageException(message, e);
            case "08", "53", "54", "55", "57", "58", "XX" -> new DataAccessResourceFailureException(message, e);
            default -> null;
        };
    }
}
