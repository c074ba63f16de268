package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ChangeSetPublisher} promises, whatever it publishes to. Extend it for one; those that need a server
 * with one that runs.
 */
public abstract class ChangeSetPublisherContract {

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
    void whatCannotBeHandedOverFailsAndIsNotThrown() throws Exception {
        ChangeSetPublisher publisher = opened();
        if (publisher.maxMessageBytes() < Integer.MAX_VALUE / 4) {
            byte[] tooLarge = new byte[publisher.maxMessageBytes() * 2];
            assertThat(publisher.publish(changeSet(1), tooLarge)).failsWithin(PATIENCE);
        }
        assertThat(publish(publisher, 1)).succeedsWithin(PATIENCE);
    }

    @Test
    void ofAllThatExpectOneSequenceOneIsStored() throws Exception {
        ChangeSetPublisher one = opened();
        ChangeSetPublisher two = opened();
        Assumptions.assumeTrue(one.comparesAndSets(), "it does not compare and set");
        long last = 0;
        for (int round = 0; round < 10; round++) {
            List<CompletableFuture<Long>> tries = List.of(publish(one, 1, last), publish(two, 2, last));
            List<Object> results = new ArrayList<>();
            for (CompletableFuture<Long> attempt : tries) {
                results.add(attempt.<Object>thenApply(stored -> stored)
                        .exceptionally(failure -> failure instanceof CompletionException e ? e.getCause() : failure)
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            assertThat(results).containsOnlyOnce(last + 1).hasAtLeastOneElementOfType(WrongLastSequenceException.class);
            last++;
        }
        assertThat(publish(one, 3, last + 1)).failsWithin(PATIENCE);
        assertThat(publish(one, 3, last)).succeedsWithin(PATIENCE);
    }

    @Test
    void withoutCompareAndSetItIsRefused() throws Exception {
        ChangeSetPublisher publisher = opened();
        Assumptions.assumeFalse(publisher.comparesAndSets(), "it compares and sets");
        assertThat(publish(publisher, 1, 0))
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(UnsupportedOperationException.class);
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

    private CompletableFuture<Long> publish(ChangeSetPublisher publisher, long counter, long expected) {
        ChangeSet changeSet = changeSet(counter);
        return publisher.publish(changeSet, serializer.serialize(changeSet), expected);
    }

    /** The change set of this publisher with this counter. */
    protected static ChangeSet changeSet(long counter) {
        Change change = Change.insert("t", List.of("id", "text"), List.of("id"), counter, List.of(counter, "a\nb"));
        return new ChangeSet("n1", 1, "test.db", 1, "n1-test", counter, 0, 0, List.of(change));
    }
}
