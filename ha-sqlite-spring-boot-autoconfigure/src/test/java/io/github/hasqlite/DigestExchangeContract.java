package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link DigestExchange} promises. It uses nothing but the API, JUnit, AssertJ and Awaitility, so it can be
 * extended for any implementation as it is.
 */
@Timeout(120)
public abstract class DigestExchangeContract {

    private static final TableDigest DIGEST = new TableDigest(3, "0123456789abcdef".repeat(4));

    private static final NodeDigest STRANGE = NodeDigest.done(
            "v1",
            7,
            "a node.*> \n\u00e4",
            Map.of("t", DIGEST, "two words\nand lines", DIGEST, "%2B+\u4e2d", DIGEST, "", DIGEST));

    private final List<DigestExchange> opened = new ArrayList<>();

    /** One more node's exchange. All that one test opens hear each other; nothing is kept when a test begins. */
    protected abstract DigestExchange open() throws Exception;

    private DigestExchange opened() throws Exception {
        DigestExchange exchange = open();
        opened.add(exchange);
        return exchange;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(DigestExchange::close);
    }

    @Test
    void everyNodeHearsEveryAnswerAsItIsItsOwnAmongThem() throws Exception {
        DigestExchange one = opened();
        DigestExchange two = opened();
        List<NodeDigest> first = listening(one);
        List<NodeDigest> second = listening(two);
        NodeDigest computing = NodeDigest.computing("v1", 6, "n1");
        NodeDigest failed = NodeDigest.failed("v1", 7, "n2", "disk is\nfull + more");
        NodeDigest skipped = NodeDigest.skipped("v2", 7, "n2", "busy");
        List<NodeDigest> all = List.of(computing, STRANGE, failed, skipped);
        publish(one, computing);
        publish(one, STRANGE);
        publish(two, failed);
        publish(two, skipped);
        await().untilAsserted(() -> {
            assertThat(first).containsExactlyElementsOf(all);
            assertThat(second).containsExactlyElementsOf(all);
        });
    }

    @Test
    void anAnswerReplacesThatOfTheSameNodeVerificationAndSequenceAlone() throws Exception {
        DigestExchange one = opened();
        List<NodeDigest> kept = List.of(
                NodeDigest.computing("v2", 7, STRANGE.node()),
                NodeDigest.computing("v1", 8, STRANGE.node()),
                NodeDigest.computing("v1", 7, "another node"),
                STRANGE);
        publish(one, NodeDigest.computing("v1", 7, STRANGE.node()));
        for (NodeDigest digest : kept) {
            publish(one, digest);
        }
        List<NodeDigest> heard = listening(opened());
        await().until(() -> heard.contains(STRANGE));
        NodeDigest later = NodeDigest.computing("v3", 9, "n1");
        publish(one, later);
        await().until(() -> heard.contains(later));
        assertThat(heard).startsWith(kept.toArray(new NodeDigest[0])).endsWith(later);
        assertThat(heard).hasSize(kept.size() + 1);
    }

    @Test
    void oneThreadCallsTheListenerWhichMayHoldItUp() throws Exception {
        DigestExchange exchange = opened();
        CountDownLatch held = new CountDownLatch(1);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        List<Long> heard = new CopyOnWriteArrayList<>();
        exchange.subscribe(digest -> {
            threads.add(Thread.currentThread());
            await().until(() -> held.getCount() == 0);
            heard.add(digest.sequence());
        });
        for (long sequence = 1; sequence <= 20; sequence++) {
            publish(exchange, NodeDigest.computing("v1", sequence, "n1"));
        }
        assertThat(heard).isEmpty();
        held.countDown();
        await().until(() -> heard.size() == 20);
        assertThat(heard).isSorted();
        assertThat(threads).hasSize(1);
    }

    @Test
    void threadsPublishSideBySide() throws Exception {
        DigestExchange exchange = opened();
        List<NodeDigest> heard = listening(exchange);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                NodeDigest digest = NodeDigest.computing("v1", i, "n1");
                done.add(threads.submit(() -> publish(exchange, digest)));
            }
            for (Future<?> future : done) {
                future.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        await().until(() -> heard.size() == 40);
        assertThat(heard).doesNotHaveDuplicates();
    }

    @Test
    void aClosedOneHearsNothingMore() throws Exception {
        DigestExchange closed = opened();
        List<NodeDigest> heard = listening(closed);
        DigestExchange other = opened();
        List<NodeDigest> heardByOther = listening(other);
        publish(other, STRANGE);
        await().until(() -> heard.size() == 1 && heardByOther.size() == 1);
        closed.close();
        closed.close();
        publish(other, NodeDigest.computing("v2", 8, "n1"));
        await().until(() -> heardByOther.size() == 2);
        assertThat(heard).containsExactly(STRANGE);
    }

    private static List<NodeDigest> listening(DigestExchange exchange) {
        List<NodeDigest> heard = new CopyOnWriteArrayList<>();
        exchange.subscribe(heard::add);
        return heard;
    }

    /** An answer that may not have been told is told again, as the interface allows. */
    private static void publish(DigestExchange exchange, NodeDigest digest) {
        await().ignoreExceptions().untilAsserted(() -> exchange.publish(digest));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(1, TimeUnit.MINUTES);
    }
}
