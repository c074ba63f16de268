package io.github.hasqlite.core.gateway;

import java.time.Duration;

/**
 * What clients may take, all of them together where nothing else is said.
 *
 * @param maxSessions how many sessions there are at most at once
 * @param maxReads how many connections of the pool of readers they have at most at once
 * @param maxWrites how many connections of the pool of writers they have at most at once; those of transactions that
 *     were not begun as read only count, too
 * @param queueTimeout how long a statement waits for one of these
 * @param statementTimeout how long a statement runs at most; where it answers rows outside of a transaction, until the
 *     client has read them
 * @param transactionTimeout how long a transaction is open at most
 * @param maxBufferedBytes how many bytes the rows of a statement that writes have at most, which are held in memory
 * @param maxValueBytes how many bytes a value or a row may have
 */
public record GatewaySettings(
        int maxSessions,
        int maxReads,
        int maxWrites,
        Duration queueTimeout,
        Duration statementTimeout,
        Duration transactionTimeout,
        long maxBufferedBytes,
        int maxValueBytes) {

    public GatewaySettings {
        require(maxSessions > 0, "maxSessions");
        require(maxReads > 0, "maxReads");
        require(maxWrites > 0, "maxWrites");
        require(!queueTimeout.isNegative(), "queueTimeout");
        require(!statementTimeout.isNegative() && !statementTimeout.isZero(), "statementTimeout");
        require(!transactionTimeout.isNegative() && !transactionTimeout.isZero(), "transactionTimeout");
        require(maxBufferedBytes > 0, "maxBufferedBytes");
        require(maxValueBytes > 0, "maxValueBytes");
    }

    private static void require(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException(what + " must be positive");
        }
    }
}
