package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlCall;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has capture ready in time for what is about to run on a connection. Does nothing if nothing is replicated. */
final class CapturePreparation {

    private static final Logger logger = LoggerFactory.getLogger(CapturePreparation.class);

    private final Transaction transaction;
    private final WriteAccess access;
    private final @Nullable Recorder recorder;
    private final CommitLog.@Nullable Appender appender;

    CapturePreparation(Transaction transaction, WriteAccess access, @Nullable Recording recording) {
        this.transaction = transaction;
        this.access = access;
        this.recorder = recording == null ? null : recording.recorder();
        this.appender = recording == null ? null : recording.appender();
    }

    /**
     * A transaction is about to begin with a statement that writes. Makes the triggers fit the schema before anybody has to
     * wait for that: with a thousand tables it takes half a second. Outside of the write lock the schema may change
     * meanwhile, so what holds is {@link #prepare}, which then finds nothing to do, or everything.
     */
    void prepareAhead(ParsedSql sql) {
        try {
            prepare(sql, false);
        } catch (SQLException e) {
            logger.debug("The capture triggers could not be made ahead, because the schema changes", e);
        }
    }

    /** A statement that writes is about to run: the triggers are to fit the schema. */
    void prepare(ParsedSql sql, boolean inTransaction) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
            transaction.counters().own(() -> recorder.prepare(inTransaction));
        }
    }

    /** The transaction has begun to write, and so looks at the present: the triggers are to fit that. */
    void requirePresent() throws SQLException {
        Recorder present = recorder;
        if (present != null && !present.isCertain()) {
            transaction.counters().own(present::requirePresent);
        }
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
            transaction.looks();
            transaction.counters().own(recorder::removeOutdated);
        }
    }

    /** The statement is about to run: finds out how what it writes to virtual tables travels. */
    void beginVirtual(ParsedSql sql) throws SQLException {
        Recorder present = recorder;
        if (present != null && present.mayWriteVirtual(sql)) {
            transaction.counters().own(() -> present.beginVirtual(sql));
        }
    }

    /** Installs the triggers, which refuse what is written without the session's knowledge. */
    void beforeUnwrapping() throws SQLException {
        Recorder present = recorder;
        if (present != null) {
            present.functionsUnknown();
        }
        if (present == null || present.isCurrent()) {
            return;
        }
        boolean inTransaction = transaction.isActive();
        transaction.looks();
        if (transaction.isWriting()) {
            transaction.counters().own(() -> present.prepare(inTransaction));
            return;
        }
        access.acquire();
        try {
            transaction.counters().own(() -> present.prepare(inTransaction));
        } finally {
            access.release();
        }
    }

    /** What replication needs of TEMP objects, beside its triggers, is made anew. */
    void renewTemporary() throws SQLException {
        CommitLog.Appender log = appender;
        if (log != null) {
            transaction.counters().own(() -> transaction.locked(SqlCall.of(log::renew)));
        }
    }
}
