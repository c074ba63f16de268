package io.github.hasqlite.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(90)
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
    void whoIsInterruptedHasItIfItIsFree() throws Exception {
        Thread.currentThread().interrupt();
        permit.acquire();
        assertThat(Thread.interrupted()).isTrue();
        permit.release();
    }

    @Test
    void whoIsInterruptedDoesNotWait() throws Exception {
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
    void whoHasWaitedForLongIsNotOvertaken() throws Exception {
        permit.acquire();
        BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            BlockingQueue<Thread> waiting = new LinkedBlockingQueue<>();
            all.add(threads.submit(() -> {
                waiting.add(Thread.currentThread());
                permit.acquire();
                order.add(number);
                permit.release();
                return null;
            }));
            Thread waiter = waiting.take();
            Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        }
        spin(TimeUnit.MILLISECONDS.toNanos(10));
        permit.release();
        // comes last, however quick it is
        permit.acquire();
        assertThat(order).containsExactly(0, 1, 2, 3);
        permit.release();
        for (Future<?> each : all) {
            each.get();
        }
    }

    /** Whoever gives up just then may have been woken, or handed the permit, in the place of another one. */
    @Test
    void theNextOneGetsItAlsoIfTheFirstGivesUpJustThen() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int turn = 0; turn < 1_500; turn++) {
            boolean claims = turn % 3 == 0;
            boolean byInterrupt = turn % 2 == 0;
            long patience = claims ? 700_000 : 60_000;
            permit.acquire();
            BlockingQueue<Thread> waiting = new LinkedBlockingQueue<>();
            Future<?> first = threads.submit(() -> {
                waiting.add(Thread.currentThread());
                try {
                    if (permit.tryAcquire(byInterrupt ? LONG : patience)) {
                        permit.release();
                    }
                } catch (InterruptedException e) {
                    // it has given up
                }
            });
            Thread impatient = waiting.take();
            Future<Boolean> second = threads.submit(() -> permit.tryAcquire(LONG));
            boolean taken = true;
            if (claims) {
                // wakes the first one, which usually finds it taken again and claims it
                spin(500_000);
                permit.release();
                taken = permit.tryAcquire(0);
            }
            spin(random.nextInt((int) patience * 2) / 2 + patience / 2);
            if (byInterrupt && !first.isDone()) {
                impatient.interrupt();
                spin(random.nextInt(3_000));
            }
            if (taken) {
                permit.release();
            }
            first.get();
            assertThat(second.get(20, TimeUnit.SECONDS)).as("seed %s", seed).isTrue();
            permit.release();
        }
    }

    private static void spin(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
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
        // who was interrupted has it if it was free
        assertThat(Thread.interrupted()).isEqualTo(kind == 0);
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
