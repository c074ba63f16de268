package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriber.StreamState;
import io.github.hasqlite.StreamMessage;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.changeset.NoopPublisher;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.replay.NewestAccepted;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** By what a database knows again the stream that it follows. */
class StreamIdentityTests {

    private static final long CREATED = 5;
    private static final StreamState GROWN = new StreamState(3, 20, 20, CREATED);

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    private byte[] message(String publisher, long counter) {
        Change change = Change.insert("t", List.of("id"), List.of("id"), 1L, List.of(1L));
        return serializer.serialize(new ChangeSet("n", 1, "f", 1, publisher, counter, 0, 0, List.of(change)));
    }

    private static LocalDatabase database(long sequence, @Nullable NewestAccepted newest) {
        return new LocalDatabase(LocalDatabase.Kind.JOINED, sequence, CREATED, "", false, 0, newest);
    }

    private @Nullable String reset(LocalDatabase database, StreamState state, byte @Nullable [] there)
            throws Exception {
        return identity(new OneMessage(there)).reset(database, state);
    }

    private StreamIdentity identity(ChangeSetSubscriber source) {
        NodeRuntime runtime = NodeRuntime.ofJvm();
        return new StreamIdentity(
                source, new Transport(new NoopPublisher(), source, null, serializer, List.of()), runtime);
    }

    @Test
    void isAnotherOneIfItWasMadeAtAnotherTimeOrEndsBefore() throws Exception {
        assertThat(reset(database(10, null), new StreamState(1, 20, 20, CREATED + 1), null))
                .contains("created later");
        assertThat(reset(database(21, null), GROWN, null)).contains("the stream ends at 20");
        assertThat(reset(database(20, null), GROWN, null)).isNull();
    }

    @Test
    void isAnotherOneIfItHasSomethingElseWhereTheNewestChangeSetWas() throws Exception {
        LocalDatabase database = database(10, new NewestAccepted("p", 7, 9));
        assertThat(reset(database, GROWN, message("p", 7))).isNull();
        assertThat(reset(database, GROWN, message("q", 7))).contains("message 9", "was set back");
        assertThat(reset(database, GROWN, message("p", 6))).contains("message 9", "was set back");
    }

    @Test
    void isTakenForTheSameWhereNothingCanBeLearned() throws Exception {
        LocalDatabase database = database(10, new NewestAccepted("p", 7, 9));
        assertThat(reset(database, GROWN, null)).isNull();
        assertThat(reset(database, GROWN, new byte[] {'?'})).isNull();
        assertThat(reset(database(10, new NewestAccepted("p", 7, 2)), GROWN, message("q", 7)))
                .as("the stream has dropped it")
                .isNull();
        assertThat(identity(new Unreadable()).reset(database, GROWN)).isNull();
    }

    /** A stream of which one message is asked for. */
    private static class OneMessage implements ChangeSetSubscriber {

        private final byte @Nullable [] data;

        OneMessage(byte @Nullable [] data) {
            this.data = data;
        }

        @Override
        public StreamState state() {
            return GROWN;
        }

        @Override
        public void start(long afterSequence, Listener listener) {}

        @Override
        public @Nullable StreamMessage read(long sequence, Duration timeout) throws IOException {
            return data == null ? null : new StreamMessage(sequence, 0, data);
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class Unreadable extends OneMessage {

        Unreadable() {
            super(null);
        }

        @Override
        public StreamMessage read(long sequence, Duration timeout) throws IOException {
            throw new IOException("no single messages");
        }
    }
}
