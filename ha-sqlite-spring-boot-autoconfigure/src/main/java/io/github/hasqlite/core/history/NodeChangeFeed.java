package io.github.hasqlite.core.history;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.FeedSubscription;
import io.github.hasqlite.core.replay.FeedTable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The change feed of one node. Thread-safe. */
public final class NodeChangeFeed implements ChangeFeed, AutoCloseable {

    private static final String ANONYMOUS = "(unnamed)";

    private final FeedSource source;
    private final FeedPlaces places;
    private final Set<String> names = new HashSet<>();
    private final List<FeedSubscription> subscriptions = new ArrayList<>();
    private boolean closed;

    /** Follows nothing yet. */
    public NodeChangeFeed(FeedSource source) {
        this.source = source;
        this.places = new FeedPlaces(source);
    }

    @Override
    public FeedSubscription subscribe(long from, FeedFilter filter, FeedConsumer consumer)
            throws IOException, SQLException {
        FeedRun run = new FeedRun(source, ANONYMOUS, filter, consumer, false, FeedRun.Progress.NONE);
        return begun(run, from, null);
    }

    @Override
    public FeedSubscription resume(String name, long from, FeedFilter filter, FeedConsumer consumer)
            throws IOException, SQLException {
        synchronized (this) {
            if (!names.add(name)) {
                throw new IllegalStateException("there is a consumer of the change feed named " + name + " already");
            }
        }
        FeedRun run = null;
        try {
            FeedTable.Place place = places.read(name);
            boolean same =
                    place == null || place.streamCreatedNs() == source.state().streamCreatedNs();
            String missed = same ? null : "the stream is another one than this consumer has followed";
            run = new FeedRun(source, name, filter, consumer, true, new Kept(name));
            return begun(run, place == null ? from : place.position(), missed);
        } catch (IOException | SQLException | RuntimeException e) {
            if (run == null) {
                free(name);
            }
            throw e;
        }
    }

    private FeedSubscription begun(FeedRun run, long from, @Nullable String missed) throws IOException, SQLException {
        boolean open;
        synchronized (this) {
            open = !closed;
            subscriptions.add(run);
        }
        try {
            if (!open) {
                throw new IllegalStateException("the change feed is closed");
            }
            run.begin(from, missed);
            return new Subscribed(run);
        } catch (IOException | SQLException | RuntimeException e) {
            end(run);
            throw e;
        }
    }

    private void end(FeedRun run) {
        synchronized (this) {
            subscriptions.remove(run);
        }
        run.close();
    }

    private synchronized void free(String name) {
        names.remove(name);
    }

    @Override
    public void forget(String name) throws SQLException {
        synchronized (this) {
            if (names.contains(name)) {
                throw new IllegalStateException("consumer " + name + " of the change feed is not closed");
            }
        }
        places.forget(name);
    }

    /** What a subscriber holds. */
    private final class Subscribed implements FeedSubscription {

        private final FeedRun run;

        Subscribed(FeedRun run) {
            this.run = run;
        }

        @Override
        public long position() {
            return run.position();
        }

        @Override
        public boolean isActive() {
            return run.isActive();
        }

        @Override
        public void close() {
            end(run);
        }
    }

    /** Keeps how far a consumer has come. */
    private final class Kept implements FeedRun.Progress {

        private final String name;

        Kept(String name) {
            this.name = name;
        }

        @Override
        public void reached(long position) {
            places.reached(name, position);
        }

        @Override
        public void ended() {
            try {
                places.flush();
            } catch (SQLException e) {
                // it is tried again when the feed is closed, and told once more if that fails, too
            }
            free(name);
        }
    }

    /** Ends all subscriptions. */
    @Override
    public void close() {
        List<FeedSubscription> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(subscriptions);
            subscriptions.clear();
        }
        open.forEach(FeedSubscription::close);
        places.close();
    }
}
