package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every publisher promises. Those that need a server extend this with one that runs. */
public abstract class ChangeSetPublisherContractTests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private final List<ChangeSetPublisher> opened = new ArrayList<>();

    /** A new publisher that can publish. */
    protected abstract ChangeSetPublisher open() throws Exception;

    private ChangeSetPublisher opened() throws Exception {
        ChangeSetPublisher publisher = open();
        opened.add(publisher);
        return publisher;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (ChangeSetPublisher publisher : opened) {
            publisher.close();
        }
    }

    @Test
    void isConnectedUntilClosed() throws Exception {
        ChangeSetPublisher publisher = opened();
        assertThat(publisher.isConnected()).isTrue();
        publisher.close();
        assertThat(publisher.isConnected()).isFalse();
    }

    @Test
    void everyChangeSetIsStoredAndSequencesGrowIfThereAreAny() throws Exception {
        ChangeSetPublisher publisher = opened();
        List<CompletableFuture<Long>> futures = new ArrayList<>();
        for (long counter = 1; counter <= 200; counter++) {
            futures.add(publish(publisher, counter));
        }
        long previous = 0;
        for (CompletableFuture<Long> future : futures) {
            assertThat(future).succeedsWithin(PATIENCE);
            long sequence = future.join();
            assertThat(sequence == 0 || sequence > previous).isTrue();
            previous = sequence;
        }
    }

    @Test
    void whatIsHandedOverAgainIsTaken() throws Exception {
        ChangeSetPublisher publisher = opened();
        assertThat(publish(publisher, 1)).succeedsWithin(PATIENCE);
        assertThat(publish(publisher, 1)).succeedsWithin(PATIENCE);
    }

    @Test
    void messagesOfSomeSizeAreTaken() throws Exception {
        assertThat(opened().maxMessageBytes()).isPositive();
    }

    @Test
    void nothingIsStoredAfterClosing() throws Exception {
        ChangeSetPublisher publisher = opened();
        publisher.close();
        assertThat(publish(publisher, 1)).failsWithin(PATIENCE);
    }

    @Test
    void closingTwiceIsTheSameAsClosingOnce() throws Exception {
        ChangeSetPublisher publisher = opened();
        publisher.close();
        publisher.close();
    }

    private CompletableFuture<Long> publish(ChangeSetPublisher publisher, long counter) {
        ChangeSet changeSet = changeSet(counter);
        return publisher.publish(changeSet, serializer.serialize(changeSet));
    }

    /** The change set of this publisher with this counter. */
    protected static ChangeSet changeSet(long counter) {
        Change change = Change.insert("t", List.of("id", "text"), List.of("id"), counter, List.of(counter, "a\nb"));
        return new ChangeSet("n1", 1, "test.db", 1, "n1-test", counter, 0, 0, List.of(change));
    }
}
