package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one client listens to and says. Within a transaction both wait for its COMMIT. Not thread-safe, but for what others
 * tell the client.
 */
final class SessionChannels {

    private static final List<GatewayColumn> ANSWER = List.of(new GatewayColumn("pg_notify", "TEXT", ""));

    /** As in PostgreSQL. */
    private static final int MOST_BYTES = 8000;

    private static final int LONGEST_NAME = 63;

    /** Of what a transaction has said; what it keeps is to have an end. */
    private static final int MOST_PENDING = 10_000;

    private final Channels channels;
    private final Listener listener;
    private final int pid;
    private final List<Step> pending = new ArrayList<>();

    /** What is done at the end of a transaction. */
    private record Step(ChannelCommand.What what, String channel, String payload) {}

    SessionChannels(Channels channels, Listener listener, int pid) {
        this.channels = channels;
        this.listener = listener;
        this.pid = pid;
    }

    static List<GatewayColumn> columns(ChannelCommand command) {
        return command.what() == ChannelCommand.What.PG_NOTIFY ? ANSWER : List.of();
    }

    /**
     * Runs a command, or keeps it for the end of the transaction.
     *
     * @throws SQLException if it cannot be (22023, 42501, 54000, 55000, 08001)
     */
    Rows run(ChannelCommand command, List<@Nullable Object> values, boolean inTransaction) throws SQLException {
        String channel = command.channel().of(values);
        String payload = command.payload().of(values);
        switch (command.what()) {
            case LISTEN -> {
                if (Channels.isOfFeed(channel)) {
                    channels.follow(listener);
                }
            }
            case UNLISTEN -> {}
            case NOTIFY, PG_NOTIFY -> requireValid(channel, payload);
        }
        if (pending.size() >= MOST_PENDING) {
            throw new SQLException(
                    "more than " + MOST_PENDING + " notifications in one transaction", SqlStates.LIMIT_EXCEEDED);
        }
        pending.add(new Step(command.what(), channel, payload));
        if (!inTransaction) {
            committed();
        }
        return command.what() == ChannelCommand.What.PG_NOTIFY
                ? new ListedRows(ANSWER, List.of(List.of("")))
                : ListedRows.none();
    }

    private static void requireValid(String channel, String payload) throws SQLException {
        if (channel.isEmpty() || channel.length() > LONGEST_NAME) {
            throw new SQLException(
                    "the name of a channel has 1 to " + LONGEST_NAME + " letters", SqlStates.INVALID_PARAMETER);
        }
        if (Channels.isOfFeed(channel)) {
            throw new SQLException(
                    "channel \"" + channel + "\" is the change feed's; choose a name that does not begin with "
                            + Channels.CHANGES,
                    SqlStates.NO_PRIVILEGE);
        }
        if (payload.getBytes(StandardCharsets.UTF_8).length >= MOST_BYTES) {
            throw new SQLException("payload string too long", SqlStates.INVALID_PARAMETER);
        }
    }

    /** The transaction is committed: what it has said becomes true. The same said twice is said once. */
    void committed() {
        Set<Notification> said = new LinkedHashSet<>();
        for (Step step : pending) {
            switch (step.what()) {
                case LISTEN -> listener.channels().add(step.channel());
                case UNLISTEN -> unlisten(step.channel());
                case NOTIFY, PG_NOTIFY -> said.add(new Notification(pid, step.channel(), step.payload()));
            }
        }
        pending.clear();
        said.forEach(channels::send);
    }

    private void unlisten(String channel) {
        if (channel.equals("*")) {
            unlistenAll();
        } else {
            listener.channels().remove(channel);
        }
    }

    /** DISCARD ALL. */
    void unlistenAll() {
        listener.channels().clear();
    }

    void rolledBack() {
        pending.clear();
    }

    /** How much is to be said so far, for a savepoint. */
    int mark() {
        return pending.size();
    }

    /** Takes back what was said behind a savepoint. */
    void backTo(int mark) {
        pending.subList(Math.min(mark, pending.size()), pending.size()).clear();
    }

    /** Tells the client what waits for it. Between its transactions only. */
    void deliver(MessageWriter out) {
        for (Notification notification : listener.take()) {
            out.begin('A')
                    .int32(notification.pid())
                    .text(notification.channel())
                    .text(notification.payload())
                    .end();
        }
    }
}
