package io.github.hasqlite.core.replay;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;

/**
 * A message could not be applied, for a reason that may pass: for most, a few attempts show whether it
 * does; a full disk is waited for.
 *
 * @param sequence the message's
 * @param attempts how often it was tried
 * @param noRoom whether the disk is full or does not work
 * @param reason what SQLite said
 */
record ApplyFailure(long sequence, int attempts, boolean noRoom, String reason) {

    private static final Logger logger = LoggerFactory.getLogger(ApplyFailure.class);

    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MILLIS = 100;
    private static final long NO_ROOM_PAUSE_MILLIS = 1_000;
    private static final int PRIMARY = 0xff;

    /** What failed after what has failed before. */
    static ApplyFailure next(@Nullable ApplyFailure before, long sequence, SQLException cause) {
        int attempts = before != null && before.sequence == sequence ? before.attempts + 1 : 1;
        int code = cause.getErrorCode() & PRIMARY;
        boolean noRoom = code == SQLiteErrorCode.SQLITE_FULL.code || code == SQLiteErrorCode.SQLITE_IOERR.code;
        ApplyFailure failure = new ApplyFailure(sequence, attempts, noRoom, String.valueOf(cause.getMessage()));
        if (noRoom && attempts == 1) {
            logger.warn("{}; trying again until it can be written", failure);
        }
        return failure;
    }

    /** Whether it is worth trying again. */
    boolean mayPass() {
        return noRoom || attempts < ATTEMPTS;
    }

    /** How long to wait before that, in milliseconds. */
    long pauseMillis() {
        return noRoom ? NO_ROOM_PAUSE_MILLIS : PAUSE_MILLIS * attempts;
    }

    @Override
    public String toString() {
        return "change set " + sequence + " of the stream cannot be applied: " + reason;
    }
}
