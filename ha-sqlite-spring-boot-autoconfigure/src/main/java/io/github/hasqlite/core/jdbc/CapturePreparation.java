package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Has capture ready in time for what is about to run on a connection. Does nothing if nothing is replicated. */
final class CapturePreparation {

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

    /** A statement that writes is about to run: the triggers are to fit the schema. */
    void prepare(ParsedSql sql, boolean inTransaction) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
            transaction.counters().own(() -> recorder.prepare(inTransaction));
        }
    }

    /** A statement is about to be compiled, and to be run later. */
    void beforeCompiling(ParsedSql sql) throws SQLException {
        if (recorder != null && !recorder.isPrepared(sql)) {
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
            transaction
                    .counters()
                    .own(() -> transaction.locked(() -> {
                        log.renew();
                        return Boolean.TRUE;
                    }));
        }
    }
}
