package io.github.hasqlite.postgres;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.FeedSubscription;
import io.github.hasqlite.Operation;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Who listens on this node, and what they are told: notifications of other clients, and what the change feed tells, which
 * is followed while somebody listens to it. Thread-safe.
 */
final class Channels implements FeedConsumer, AutoCloseable {

    /** Of all tables; with an underscore and the name of a table behind it, of that one. */
    static final String CHANGES = "ha_changes";

    private static final String OF_TABLE = CHANGES + "_";

    private final @Nullable ChangeFeed feed;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final Set<Listener> followers = new HashSet<>();
    private @Nullable FeedSubscription subscription;

    /** @param feed {@code null} if the node follows nothing */
    Channels(@Nullable ChangeFeed feed) {
        this.feed = feed;
    }

    /** Whether a channel is the change feed's. */
    static boolean isOfFeed(String channel) {
        return channel.equals(CHANGES) || channel.startsWith(OF_TABLE);
    }

    void add(Listener listener) {
        listeners.add(listener);
    }

    /** The client has gone. May wait for the change feed to end. */
    void remove(Listener listener) {
        listener.end();
        listeners.remove(listener);
        FeedSubscription unused = null;
        synchronized (followers) {
            if (followers.remove(listener) && followers.isEmpty()) {
                unused = subscription;
                subscription = null;
            }
        }
        if (unused != null) {
            unused.close();
        }
    }

    /**
     * Sees to it that the change feed is followed, from now on, while a client is there.
     *
     * @throws SQLException if there is none (55000), or the stream cannot be reached (08001)
     */
    void follow(Listener listener) throws SQLException {
        ChangeFeed followed = feed;
        if (followed == null) {
            throw new SQLException(
                    "this node follows nothing: it does not replicate, or ha.sqlite.subscriber.enabled is false; listen"
                            + " on another node",
                    SqlStates.NOT_IN_PREREQUISITE_STATE);
        }
        FeedSubscription ended = null;
        synchronized (followers) {
            try {
                if (subscription == null || !subscription.isActive()) {
                    ended = subscription;
                    subscription = followed.subscribe(ChangeFeed.LATEST, FeedFilter.ALL, this);
                }
            } catch (IOException e) {
                throw new SQLException(
                        "the stream cannot be read now: " + e.getMessage() + "; try again",
                        SqlStates.CANNOT_CONNECT,
                        e);
            }
            followers.add(listener);
        }
        if (ended != null) {
            // not under the lock: it waits for what it was telling
            ended.close();
        }
    }

    /** Tells all who listen to a channel on this node. */
    void send(Notification notification) {
        for (Listener listener : listeners) {
            if (listener.channels().contains(notification.channel())) {
                listener.offer(notification);
            }
        }
    }

    @Override
    public void take(FeedEntry entry) {
        Set<String> tables = new LinkedHashSet<>();
        for (Change change : entry.changeSet().changes()) {
            tables.add(change.operation() == Operation.SQL ? "" : change.table());
        }
        for (String table : tables) {
            String payload = "{\"table\":" + (table.isEmpty() ? "null" : quoted(table)) + ",\"position\":"
                    + entry.position() + "}";
            tell(channel -> channel.equals(CHANGES) || isOf(channel, table), payload);
        }
    }

    /** Names of tables know no case in SQLite. Statements, such as changes of the schema, may concern every table. */
    private static boolean isOf(String channel, String table) {
        return isOfFeed(channel)
                && (table.isEmpty() || channel.substring(OF_TABLE.length()).equalsIgnoreCase(table));
    }

    @Override
    public void missed(long upTo, String reason) {
        tell(Channels::isOfFeed, "{\"missed\":" + quoted(reason) + ",\"position\":" + upTo + "}");
        endIfOver(reason);
    }

    /** A stream that was made anew is not followed: who listens would hear nothing, and not know. */
    private void endIfOver(String reason) {
        List<Listener> left = List.of();
        synchronized (followers) {
            if (subscription != null && !subscription.isActive()) {
                left = List.copyOf(followers);
                followers.clear();
            }
        }
        for (Listener listener : left) {
            if (listener.channels().stream().anyMatch(Channels::isOfFeed)) {
                listener.feedEnded(reason);
            }
        }
    }

    private void tell(Predicate<String> channels, String payload) {
        for (Listener listener : listeners) {
            for (String channel : listener.channels()) {
                if (channels.test(channel)) {
                    listener.offer(new Notification(0, channel, payload));
                }
            }
        }
    }

    private static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
    }

    @Override
    public void close() {
        FeedSubscription open;
        synchronized (followers) {
            open = subscription;
            subscription = null;
        }
        if (open != null) {
            open.close();
        }
    }
}
