package io.github.hasqlite.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.ChangeSetsMissed;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.ConflictDetected;
import io.github.hasqlite.ReplicationEvent;
import io.github.hasqlite.ReplicationHalted;
import io.github.hasqlite.ReplicationResumed;
import io.github.hasqlite.core.runtime.NodeRuntime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Listeners that are slow, fail, come late and go. */
class EventDeliveryTests {

    private final EventDelivery events = new EventDelivery("n1", NodeRuntime.ofJvm());
    private final List<ReplicationEvent> told = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        events.close();
    }

    private static Conflict conflict(long sequence) {
        return new Conflict(Conflict.Kind.UPDATE_UPDATE, "t", 0, null, "n2", "p", sequence, sequence);
    }

    private static ReplicationEvent event(long sequence) {
        return new ConflictDetected("app", Conflict.Kind.UPDATE_UPDATE, "t", "n2", sequence);
    }

    @Test
    void whereListenersAreTooSlowOneEventStandsForAllThatAreLeftOut() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        events.listen("app", true, event -> {
            awaitQuietly(slow);
            told.add(event);
        });
        // none of this waits for the listener
        for (int i = 1; i <= 30_000; i++) {
            events.conflict(conflict(i));
        }
        slow.countDown();
        await().until(() -> told.stream().anyMatch(ChangeSetsMissed.class::isInstance));
        events.conflict(conflict(30_001));
        await().until(() -> told.contains(event(30_001)));
        int room = told.size() - 2;
        assertThat(room).isBetween(10_000, 10_001);
        assertThat(told.subList(0, room)).first().isEqualTo(event(1));
        assertThat(told.get(room - 1)).isEqualTo(event(room));
        assertThat(told.get(room)).isInstanceOfSatisfying(ChangeSetsMissed.class, missed -> {
            assertThat(missed.position()).isEqualTo(30_000);
            assertThat(missed.reason()).contains("slower");
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("nobody went on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aListenerThatFailsIsToldOfTheNextEvent() {
        events.listen("app", true, event -> {
            told.add(event);
            if (told.size() == 1) {
                throw new AssertionError("fails");
            }
            throw new IllegalStateException("fails, too");
        });
        events.conflict(conflict(1));
        events.conflict(conflict(2));
        events.conflict(conflict(3));
        await().until(() -> told.equals(List.of(event(1), event(2), event(3))));
    }

    @Test
    void whoBeginsToListenIsToldThatReplicationStandsStillAndOnlyOnceOfEachReason() {
        assertThat(events.followsChangeSets()).isFalse();
        events.conflict(conflict(1));
        events.halted("why");
        events.listen("app", false, told::add);
        assertThat(events.followsChangeSets()).isFalse();
        events.halted("why");
        events.halted("why else");
        events.halted(null);
        events.halted(null);
        await().until(() -> told.equals(List.of(
                new ReplicationHalted("app", "why"),
                new ReplicationHalted("app", "why else"),
                new ReplicationResumed("app"))));
        events.listen("app", true, null);
        assertThat(events.followsChangeSets()).isFalse();
        events.halted("again");
        events.listen("app", true, told::add);
        assertThat(events.followsChangeSets()).isTrue();
        await().until(() -> told.get(told.size() - 1).equals(new ReplicationHalted("app", "again")));
    }

    @Test
    void whatIsToldWhileItIsClosedNeitherWaitsNorFails() {
        CountDownLatch never = new CountDownLatch(1);
        events.listen("app", true, event -> awaitQuietly(never));
        events.conflict(conflict(1));
        events.close();
        events.conflict(conflict(2));
        events.listen("app", true, told::add);
        events.replaced(3);
        assertThat(told).isEmpty();
    }
}
