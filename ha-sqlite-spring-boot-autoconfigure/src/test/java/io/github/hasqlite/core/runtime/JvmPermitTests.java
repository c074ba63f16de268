package io.github.hasqlite.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JvmPermitTests {

    private static final long LONG = TimeUnit.SECONDS.toNanos(50);

    private final JvmPermit permit = new JvmPermit();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void onlyOneHasIt() throws Exception {
        assertThat(permit.tryAcquire(0)).isTrue();
        assertThat(permit.tryAcquire(0)).isFalse();
        assertThat(permit.tryAcquire(1_000)).isFalse();
        permit.release();
        assertThat(permit.tryAcquire(0)).isTrue();
    }

    @Test
    void anotherThreadMayGiveItBack() throws Exception {
        permit.acquire();
        threads.submit(permit::release).get();
        assertThat(permit.tryAcquire(LONG)).isTrue();
    }

    @Test
    void whoIsInterruptedHasItNot() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        permit.acquire();
        Thread.currentThread().interrupt();
        assertThatThrownBy(permit::acquire).isInstanceOf(InterruptedException.class);
        List<Thread> interrupted = new ArrayList<>();
        Future<?> waiting = threads.submit(() -> {
            interrupted.add(Thread.currentThread());
            begun.countDown();
            assertThatThrownBy(permit::acquire).isInstanceOf(InterruptedException.class);
        });
        begun.await();
        Future<Boolean> next = threads.submit(() -> permit.tryAcquire(LONG));
        interrupted.get(0).interrupt();
        waiting.get();
        permit.release();
        assertThat(next.get()).isTrue();
    }

    @Test
    void whoWaitsGetsItAlthoughAnotherComesBackForItAgainAndAgain() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch allHadIt = new CountDownLatch(3);
        List<Future<?>> greedy = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            greedy.add(threads.submit(() -> {
                permit.acquire();
                permit.release();
                allHadIt.countDown();
                while (!over.get()) {
                    permit.acquire();
                    permit.release();
                }
                return null;
            }));
        }
        allHadIt.await();
        for (int i = 0; i < 200; i++) {
            assertThat(permit.tryAcquire(LONG)).isTrue();
            permit.release();
        }
        over.set(true);
        for (Future<?> each : greedy) {
            each.get();
        }
    }

    @Test
    void nobodyIsForgottenWhateverTheOthersDo() throws Exception {
        long seed = new Random().nextLong();
        AtomicInteger holders = new AtomicInteger();
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(seed + i);
            all.add(threads.submit(() -> {
                int had = 0;
                for (int turn = 0; turn < 3_000; turn++) {
                    had += takeOnce(random, holders) ? 1 : 0;
                }
                return had;
            }));
        }
        for (Future<Integer> each : all) {
            assertThat(each.get()).as("seed %s", seed).isPositive();
        }
        assertThat(permit.tryAcquire(0))
                .as("seed %s: it is free in the end", seed)
                .isTrue();
    }

    /** Takes it patiently, for a moment, at once, or when interrupted; whether it had it. */
    private boolean takeOnce(Random random, AtomicInteger holders) throws InterruptedException {
        int kind = random.nextInt(10);
        try {
            if (kind == 0) {
                Thread.currentThread().interrupt();
            }
            long nanos = kind < 6 ? LONG : kind < 8 ? random.nextInt(300_000) : 0;
            if (!permit.tryAcquire(nanos)) {
                assertThat(nanos).isLessThan(LONG);
                return false;
            }
        } catch (InterruptedException e) {
            assertThat(kind).isZero();
            return false;
        }
        assertThat(holders.incrementAndGet()).isOne();
        if (random.nextInt(50) == 0) {
            // long enough for those who wait to claim it
            TimeUnit.MICROSECONDS.sleep(600);
        }
        holders.decrementAndGet();
        permit.release();
        return true;
    }
}
