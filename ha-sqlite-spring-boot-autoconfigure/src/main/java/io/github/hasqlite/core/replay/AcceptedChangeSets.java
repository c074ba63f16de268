package io.github.hasqlite.core.replay;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.BaselineMessage;
import io.github.hasqlite.core.changeset.Fragment;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells which messages of a piece of the stream are change sets that take effect, by the counters of their publishers
 * (rule R4), for those who read the stream again. What a publisher's first message in the piece is follows from nothing
 * that comes before, so one begins to read some way ahead of what one wants to know; whether that was enough, {@link
 * #agreesWith} tells. Not thread-safe.
 */
public final class AcceptedChangeSets implements AutoCloseable {

    private final MessageReader reader;
    private final Path folder;
    private final PublisherCounters counters = new PublisherCounters();
    private final PublisherCounters.Step accepted;
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, GatheredParts> gathered = new HashMap<>();
    private @Nullable GatheredParts open;
    private AppliedPlace place = new AppliedPlace(0, Map.of());
    private boolean exact;
    private final Map<String, Doubt> doubts = new HashMap<>();

    /**
     * A message of which it is not certain that it has no effect.
     *
     * @param counter its place among its publisher's
     * @param sequence its place in the stream
     */
    private record Doubt(long counter, long sequence) {}

    /**
     * Begins without knowing anything.
     *
     * @param folder where parts of large change sets wait for the others
     */
    public AcceptedChangeSets(ChangeSetSerializer serializer, Path folder) {
        this.reader = new MessageReader(serializer);
        this.folder = folder;
        counters.acceptAnyFirst(true);
        this.accepted = counters.step();
    }

    /**
     * Begins with what a node's database says of the place up to which it has applied the stream: the first message is
     * the one behind that.
     *
     * @param connection to the database, without a transaction
     */
    public static AcceptedChangeSets behind(Connection connection, ChangeSetSerializer serializer, Path folder)
            throws SQLException, IOException {
        AcceptedChangeSets begun = new AcceptedChangeSets(serializer, folder);
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("BEGIN");
            try {
                begun.exact = true;
                begun.place = AppliedPlace.read(connection);
                begun.place.counters().forEach((publisher, counter) -> begun.accept(publisher, counter, 0));
                GatheredParts.read(connection, folder, begun.gathered);
            } finally {
                statement.executeUpdate("COMMIT");
            }
            return begun;
        } catch (SQLException | IOException | RuntimeException e) {
            begun.close();
            throw e;
        }
    }

    /** Where the node was with which this has begun; nowhere if it has begun without one. */
    public AppliedPlace place() {
        return place;
    }

    /**
     * Looks at the next message.
     *
     * @return what takes effect at its place, good until this is called again if it is large; {@code null} if nothing
     *     does
     * @throws IOException if parts that wait cannot be kept or read
     */
    public @Nullable ChangeSet next(StreamMessage message) throws IOException {
        release();
        InboundMessage received = reader.read(message, "");
        if (received.rejection() != null || received.missing() != null || isNotice(received)) {
            return null;
        }
        Turn turn = accepted.judge(received.publisher(), received.counter());
        if (turn != Turn.NEXT) {
            doubt(turn == Turn.OUT_OF_TURN, received);
            return null;
        }
        Fragment part = received.part();
        ChangeSet changeSet = part == null ? received.changeSet() : gather(part, received);
        if (changeSet == null) {
            return null;
        }
        accept(received.publisher(), received.counter(), message.sequence());
        return changeSet.atSequence(message.sequence());
    }

    /** Whether the stream goes on from another database behind a message. */
    public static boolean isBaseline(StreamMessage message) {
        return BaselineMessage.is(message.data());
    }

    private static boolean isNotice(InboundMessage received) {
        return received.verification() != null || received.pause() != null || received.isProbe();
    }

    private void accept(String publisher, long counter, long sequence) {
        accepted.accept(publisher, counter, sequence);
        if (!publisher.isEmpty()) {
            newest.put(publisher, counter);
            Doubt doubt = doubts.get(publisher);
            if (doubt != null && doubt.counter() <= counter) {
                doubts.remove(publisher);
            }
            discard(gathered.remove(publisher));
        }
    }

    private void doubt(boolean founded, InboundMessage received) {
        if (founded && !exact) {
            doubts.put(received.publisher(), new Doubt(received.counter(), received.sequence()));
        }
    }

    /**
     * The place of the newest message that was taken for one without effect only because what its publisher has sent right
     * before it was not seen, or is not in the stream, and that has not come again. 0 if there was none.
     */
    public long doubtful() {
        return doubts.values().stream().mapToLong(Doubt::sequence).max().orElse(0);
    }

    /** Whether a node that has come as far or farther has accepted such a message, or a repetition of it. */
    public boolean hasMissed(AppliedPlace there) {
        return doubts.entrySet().stream()
                .anyMatch(doubt -> there.counters().getOrDefault(doubt.getKey(), 0L)
                        >= doubt.getValue().counter());
    }

    /** Whether a node that has come to the same place has accepted the same of all publishers that were met. */
    public boolean agreesWith(AppliedPlace place) {
        return newest.entrySet().stream()
                .allMatch(met -> met.getValue().equals(place.counters().get(met.getKey())));
    }

    // ---- parts

    private @Nullable ChangeSet gather(Fragment part, InboundMessage received) throws IOException {
        GatheredParts known = gathered.get(part.publisher());
        if (part.part() == 1) {
            discard(known);
            known = new GatheredParts(part.counter(), folder);
            gathered.put(part.publisher(), known);
        }
        if (known == null || !known.take(part)) {
            doubt(known == null, received);
            return null;
        }
        if (!part.isLast()) {
            return null;
        }
        gathered.remove(part.publisher());
        open = known;
        try {
            return reader.changeSet(part, known);
        } catch (ChangeSetFormatException e) {
            // it takes its counter all the same, as on every node
            accept(part.publisher(), part.counter(), 0);
            return null;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private void release() {
        discard(open);
        open = null;
    }

    private static void discard(@Nullable GatheredParts parts) {
        if (parts != null) {
            parts.close();
        }
    }

    /** Forgets the parts that wait. */
    @Override
    public void close() {
        release();
        gathered.values().forEach(AcceptedChangeSets::discard);
        gathered.clear();
    }
}
