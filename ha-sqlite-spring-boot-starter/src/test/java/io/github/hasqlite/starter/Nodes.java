package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.awaitility.Awaitility;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The same application on several nodes. */
final class Nodes implements AutoCloseable {

    private static final AtomicInteger CLUSTER = new AtomicInteger();

    /** Spring Boot sets up the one logging system of a JVM for each application, for one at a time. */
    private static final ReentrantLock LOGGING = new ReentrantLock();

    private final List<ConfigurableApplicationContext> contexts;

    private Nodes(List<ConfigurableApplicationContext> contexts) {
        this.contexts = contexts;
    }

    /** Starts one node after the other. */
    static Nodes start(NatsServer server, Path folder, int count, Class<?> application, String... properties) {
        String cluster = "c" + CLUSTER.incrementAndGet();
        List<ConfigurableApplicationContext> started = new ArrayList<>();
        try {
            for (int i = 1; i <= count; i++) {
                started.add(run(server, folder, cluster, i, application, properties));
            }
            return new Nodes(started);
        } catch (RuntimeException | Error e) {
            started.forEach(ConfigurableApplicationContext::close);
            throw e;
        }
    }

    /** Starts all at the same time. */
    static Nodes startTogether(NatsServer server, Path folder, int count, Class<?> application, String... properties)
            throws Exception {
        String cluster = "c" + CLUSTER.incrementAndGet();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        List<ConfigurableApplicationContext> started = new ArrayList<>();
        try {
            List<Future<ConfigurableApplicationContext>> starting = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                int node = i;
                starting.add(threads.submit(() -> run(server, folder, cluster, node, application, properties)));
            }
            for (Future<ConfigurableApplicationContext> one : starting) {
                started.add(one.get(2, TimeUnit.MINUTES));
            }
            return new Nodes(started);
        } catch (Exception | Error e) {
            started.forEach(ConfigurableApplicationContext::close);
            throw e;
        } finally {
            threads.shutdownNow();
        }
    }

    private static ConfigurableApplicationContext run(
            NatsServer server, Path folder, String cluster, int node, Class<?> application, String... properties) {
        List<String> arguments = new ArrayList<>(List.of(
                "--ha.sqlite.replication-url=" + server.url(),
                "--ha.sqlite.replication-id=" + cluster,
                "--ha.sqlite.stream=" + cluster,
                "--ha.sqlite.name=n" + node,
                "--ha.sqlite.path=" + folder.resolve(cluster + "-" + node + ".db"),
                "--spring.main.banner-mode=off",
                "--spring.jmx.enabled=false"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        SpringApplication spring = new SpringApplication(application);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setRegisterShutdownHook(false);
        LOGGING.lock();
        try {
            spring.addListeners((ApplicationListener<ApplicationContextInitializedEvent>) event -> LOGGING.unlock());
            return spring.run(arguments.toArray(String[]::new));
        } finally {
            if (LOGGING.isHeldByCurrentThread()) {
                LOGGING.unlock();
            }
        }
    }

    /** A bean of a node; the first node has number 0. */
    <T> T bean(int node, Class<T> type) {
        return contexts.get(node).getBean(type);
    }

    JdbcClient client(int node) {
        return JdbcClient.create(bean(node, HaSqliteDataSource.class));
    }

    /** Waits until all nodes have what any of them has, and says which rows a query has on all of them. */
    List<String> everywhere(String sql) {
        await();
        List<String> first = rows(0, sql);
        for (int node = 1; node < contexts.size(); node++) {
            assertThat(rows(node, sql)).as("node %s", node).isEqualTo(first);
        }
        return first;
    }

    private List<String> rows(int node, String sql) {
        return client(node).sql(sql).query().listOfRows().stream()
                .map(row ->
                        String.join("|", row.values().stream().map(Nodes::text).toList()))
                .toList();
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? java.util.HexFormat.of().formatHex(bytes) : String.valueOf(value);
    }

    /** Waits until nothing is on its way. */
    void await() {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(1))
                .until(() -> contexts.stream()
                                .map(context -> context.getBean(HaSqliteDataSource.class)
                                        .replicationStatus())
                                .allMatch(status -> status.outboxLength() == 0)
                        && contexts.stream()
                                        .map(context -> context.getBean(HaSqliteDataSource.class)
                                                .replicationStatus()
                                                .appliedSequence())
                                        .distinct()
                                        .count()
                                == 1);
    }

    @Override
    public void close() {
        contexts.forEach(ConfigurableApplicationContext::close);
    }
}
