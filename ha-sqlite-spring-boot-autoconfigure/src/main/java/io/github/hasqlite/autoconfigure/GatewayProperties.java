package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.core.gateway.GatewaySettings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What clients may take that send SQL from outside of the application, whatever protocol they speak.
 *
 * @param maxSessions How many clients there are at most at once, all protocols together.
 * @param maxReads How many connections of the pool of readers they have at most at once. By default two less than there
 *     are.
 * @param maxWrites How many connections of the pool of writers they have at most at once. By default two less than there
 *     are.
 * @param queueTimeout How long a statement waits for one of these connections.
 * @param statementTimeout How long a statement runs at most; if it answers rows, until its client has read them.
 * @param transactionTimeout How long a transaction is open at most before it is rolled back.
 * @param maxBuffered How much the rows of a statement that writes may have, which are held in memory.
 * @param maxValue How large one value or row may be.
 */
public record GatewayProperties(
        @DefaultValue("200") int maxSessions,
        @Nullable Integer maxReads,
        @Nullable Integer maxWrites,
        @DefaultValue("5s") Duration queueTimeout,
        @DefaultValue("30s") Duration statementTimeout,
        @DefaultValue("60s") Duration transactionTimeout,
        @DefaultValue("16MB") DataSize maxBuffered,
        @DefaultValue("16MB") DataSize maxValue) {

    private static final String PREFIX = "gateway.";

    /** Connections that are left to the application. */
    private static final int LEFT = 2;

    /** Replication has messages of its own in the database. */
    private static final long LEAST_VALUE = 1024 * 1024;

    /** Checked, for an application with pools of a size. */
    GatewaySettings settings(int readers, int writers) {
        atLeastOne(maxSessions, "max-sessions");
        atLeastOne(maxReads == null ? 1 : maxReads, "max-reads");
        atLeastOne(maxWrites == null ? 1 : maxWrites, "max-writes");
        PropertyCheck.positive(queueTimeout, PREFIX + "queue-timeout");
        PropertyCheck.positive(statementTimeout, PREFIX + "statement-timeout");
        PropertyCheck.positive(transactionTimeout, PREFIX + "transaction-timeout");
        atLeastOne(maxBuffered.toBytes(), "max-buffered");
        long most = maxValue.toBytes();
        PropertyCheck.check(
                most >= LEAST_VALUE && most <= Integer.MAX_VALUE,
                PREFIX + "max-value",
                maxValue,
                "It is between 1MB and 2047MB.");
        return new GatewaySettings(
                maxSessions,
                maxReads == null ? Math.max(1, readers - LEFT) : maxReads,
                maxWrites == null ? Math.max(1, writers - LEFT) : maxWrites,
                queueTimeout,
                statementTimeout,
                transactionTimeout,
                maxBuffered.toBytes(),
                (int) maxValue.toBytes());
    }

    private static void atLeastOne(long value, String property) {
        PropertyCheck.check(value > 0, PREFIX + property, value, "It must be more than 0.");
    }
}
