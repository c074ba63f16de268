package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.testing.GatedPublisher;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What listeners are told of what replication does. */
@Tag("system")
class ReplicationEventsTests {

    @TempDir
    private Path folder;

    private NatsServer server;

    @BeforeEach
    void start() {
        server = NatsServer.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static List<ReplicationEvent> listen(TestNode node) {
        List<ReplicationEvent> events = new CopyOnWriteArrayList<>();
        node.node().listen("app", true, events::add);
        return events;
    }

    private static <E extends ReplicationEvent> List<E> of(List<ReplicationEvent> events, Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static List<String> applied(List<ReplicationEvent> events) {
        return of(events, ChangeSetApplied.class).stream()
                .map(event -> event.position() + " " + event.node() + " " + event.rowsByTable()
                        + (event.anyTable() ? " any" : ""))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void allNodesAreToldOfAllChangeSetsInTheOrderOfTheStream(CommitMode mode) throws Exception {
        try (TestNode one = TestNode.open(server, folder.resolve("n1"), "n1", mode);
                TestNode two = TestNode.open(server, folder.resolve("n2"), "n2", mode)) {
            List<ReplicationEvent> first = listen(one);
            List<ReplicationEvent> second = listen(two);
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            two.execute("CREATE TABLE u(id INTEGER PRIMARY KEY)");
            two.awaitAppliedOn(one);
            try (Connection connection = one.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                try (var statement = connection.createStatement()) {
                    statement.executeUpdate("INSERT INTO t VALUES(1, 'a'), (2, 'b')");
                    statement.executeUpdate("INSERT INTO u VALUES(1)");
                }
                connection.commit();
            }
            one.awaitAppliedOn(two);
            two.execute("DELETE FROM t WHERE id = 1");
            two.awaitAppliedOn(one);
            one.execute("INSERT INTO T VALUES(3, NULL)");
            // before the echo of that has come: the schema change passes it
            one.execute("CREATE TABLE w(id INTEGER PRIMARY KEY, b)");
            one.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)"
                    + " INSERT INTO w SELECT i, randomblob(1000000) FROM n");
            one.execute("INSERT INTO t VALUES(4, NULL)");
            one.awaitAppliedOn(two);
            await().untilAsserted(() -> assertThat(applied(first)).hasSize(8));
            await().untilAsserted(() -> assertThat(applied(second)).isEqualTo(applied(first)));
            assertThat(applied(first).stream().map(text -> text.substring(text.indexOf(' ') + 1)))
                    .containsExactly(
                            "n1 {} any",
                            "n2 {} any",
                            "n1 {t=2, u=1}",
                            "n2 {t=1}",
                            "n1 {t=1}",
                            "n1 {} any",
                            "n1 {w=9}",
                            "n1 {t=1}");
            assertThat(of(first, ChangeSetApplied.class))
                    .extracting(ChangeSetApplied::position)
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(of(second, ChangeSetApplied.class))
                    .allSatisfy(event -> {
                        assertThat(event.database()).isEqualTo("app");
                        assertThat(event.own()).isEqualTo(event.node().equals("n2"));
                        assertThat(event.stored()).isAfter("2020-01-01T00:00:00Z");
                    })
                    .last()
                    .satisfies(event -> {
                        assertThat(event.rows()).isEqualTo(1);
                        assertThat(event.touches("T")).isTrue();
                        assertThat(event.touches("u")).isFalse();
                    });
        }
    }

    @Test
    void aTableThatWasRenamedMeanwhileIsSaidToBeAnyAndWhatGoesNowhereIsAConflict() throws Exception {
        AtomicReference<GatedPublisher> gated = new AtomicReference<>();
        try (TestNode one = TestNode.open(server, folder.resolve("n1"), "n1", CommitMode.ASYNC);
                TestNode two = TestNode.open(
                        server.url(),
                        folder.resolve("n2"),
                        "n2",
                        settings -> settings.with(to -> to.commitMode(CommitMode.ASYNC)),
                        List.of(),
                        publisher -> {
                            gated.set(new GatedPublisher(publisher));
                            return gated.get();
                        },
                        null)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.execute("INSERT INTO t VALUES(1, 'a')");
            one.awaitAppliedOn(two);
            List<ReplicationEvent> events = listen(one);
            gated.get().shut();
            two.execute("UPDATE t SET v = 'b'");
            one.execute("UPDATE t SET v = 'c'");
            one.execute("ALTER TABLE t RENAME TO u");
            gated.get().open();
            await().untilAsserted(() -> assertThat(applied(events)).hasSize(3));
            assertThat(of(events, ChangeSetApplied.class)).last().satisfies(event -> {
                assertThat(event.tables()).containsExactly("t");
                assertThat(event.touches("u")).isTrue();
            });
            assertThat(of(events, ConflictDetected.class))
                    .containsExactly(new ConflictDetected("app", Conflict.Kind.UPDATE_UPDATE, "u", "n2", 5));
        }
    }

    @Test
    void saysThatASnapshotHasReplacedTheDatabase() throws Exception {
        try (TestNode one = openWithSnapshots("n1");
                TestNode two = openWithSnapshots("n2")) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
            one.awaitAppliedOn(two);
            List<ReplicationEvent> first = listen(one);
            List<ReplicationEvent> second = listen(two);
            Snapshot snapshot = one.snapshotter().takeSnapshot();
            assertThat(one.snapshotter().known()).isEqualTo(snapshot);
            two.verifier().repair("n1");
            await().untilAsserted(() -> assertThat(first).containsExactly(new SnapshotTaken("app", snapshot)));
            await().untilAsserted(() -> assertThat(second)
                    .singleElement()
                    .satisfies(event -> assertThat(event).isInstanceOfSatisfying(ChangeSetsMissed.class, missed -> {
                        assertThat(missed.position()).isEqualTo(snapshot.sequence());
                        assertThat(missed.reason()).contains("snapshot");
                    })));
        }
    }

    private TestNode openWithSnapshots(String name) throws SQLException {
        return TestNode.open(server.url(), folder.resolve(name), name, Duration.ZERO, UnaryOperator.identity());
    }

    // ---- in an application context

    /** Listens for some events, and fails at some. */
    static class Told {

        final List<Object> events = new CopyOnWriteArrayList<>();

        @EventListener(condition = "#event.touches('task')")
        void changed(ChangeSetApplied event) {
            events.add("task " + event.position());
            throw new IllegalStateException("a listener that fails");
        }

        @EventListener
        void halted(ReplicationHalted event) {
            events.add("halted");
            assertThat(event.reason()).contains("a bad row");
        }

        @EventListener
        void resumed(ReplicationResumed event) {
            events.add("resumed");
        }
    }

    private ApplicationContextRunner node(String name) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withPropertyValues(
                        "ha.sqlite.replication-id=app",
                        "ha.sqlite.replication-url=" + server.url(),
                        "ha.sqlite.commit-mode=async",
                        "ha.sqlite.name=" + name,
                        "ha.sqlite.path=" + folder.resolve(name).resolve("app.db"));
    }

    private static void execute(ApplicationContext context, String sql) {
        context.getBean(JdbcClient.class).sql(sql).update();
    }

    @Test
    void listenersOfTheContextAreToldByTableAlsoWhenOneFailsAndWhenReplicationStops() {
        AtomicBoolean broken = new AtomicBoolean(true);
        ChangeSetInterceptor picky = new ChangeSetInterceptor() {
            @Override
            public boolean beforeApply(ChangeSet changeSet, Connection connection) throws SQLException {
                if (broken.get() && changeSet.changes().get(0).newValues().contains("bad")) {
                    throw new SQLException("a bad row");
                }
                return true;
            }
        };
        node("n1")
                .run(one -> node("n2")
                        .withBean(Told.class)
                        .withBean(ChangeSetInterceptor.class, () -> picky)
                        .run(two -> {
                            List<Object> events = two.getBean(Told.class).events;
                            execute(one, "CREATE TABLE task(id INTEGER PRIMARY KEY, title)");
                            execute(one, "CREATE TABLE other(id INTEGER PRIMARY KEY)");
                            execute(one, "INSERT INTO task VALUES(1, 'good')");
                            execute(one, "INSERT INTO other VALUES(1)");
                            execute(one, "INSERT INTO task VALUES(2, 'bad')");
                            await().untilAsserted(() ->
                                    assertThat(events).containsExactly("task 1", "task 2", "task 3", "halted"));
                            // what listens later is told of what is so
                            two.getSourceApplicationContext().stop();
                            two.getSourceApplicationContext().start();
                            await().untilAsserted(() -> assertThat(events).endsWith("halted", "halted"));
                            broken.set(false);
                            two.getBean(HaSqliteDataSource.class).retryReplication();
                            await().untilAsserted(() -> assertThat(events).endsWith("halted", "resumed", "task 5"));
                            execute(two, "UPDATE task SET title = 'ours' WHERE id = 1");
                            await().untilAsserted(() -> assertThat(events).endsWith("task 5", "task 6"));
                        }));
    }

    /** Hears everything, as what Spring Boot has for itself. */
    static class Everything {

        @EventListener
        void any(Object event) {}
    }

    /** Notes which database an event is of. */
    static class Named {

        final List<String> databases = new CopyOnWriteArrayList<>();

        @EventListener
        void any(ReplicationEvent event) {
            databases.add(event.database());
        }
    }

    private static Set<Thread> telling() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ha-sqlite-events"))
                .collect(Collectors.toSet());
    }

    @Test
    void nothingIsCollectedWhereNobodyListensAndOtherwiseOfEachDatabase() {
        Set<Thread> before = telling();
        ApplicationContextRunner two =
                node("n1").withPropertyValues("ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"));
        two.withBean(Everything.class).run(context -> assertThat(telling()).isEqualTo(before));
        two.withBean(Named.class).run(context -> {
            assertThat(telling()).hasSize(before.size() + 2);
            execute(context, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
            try (Connection orders = context.getBean("ordersDataSource", HaSqliteDataSource.class)
                            .getConnection();
                    Statement statement = orders.createStatement()) {
                statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY)");
            }
            List<String> databases = context.getBean(Named.class).databases;
            await().untilAsserted(() -> assertThat(databases).containsExactlyInAnyOrder("app", "orders"));
        });
        assertThat(telling()).isEqualTo(before);
    }

    /** The example of the documentation, as it stands there. */
    @Test
    void aCacheIsDroppedOnAllNodes() throws Exception {
        MarkdownPage page = MarkdownPage.read(Path.of("docs/events.md"));
        Path classes = Files.createDirectory(folder.resolve("classes"));
        assertThat(JavaExample.errors(page, page.blocks("java").get(0), classes))
                .isEmpty();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> titles = loader.loadClass("example.TaskTitles");
            Method title = titles.getDeclaredMethod("title", long.class);
            title.setAccessible(true);
            node("n1")
                    .withBean(titles)
                    .run(one -> node("n2").withBean(titles).run(two -> {
                        execute(one, "CREATE TABLE task(id INTEGER PRIMARY KEY, title)");
                        execute(one, "INSERT INTO task VALUES(1, 'first')");
                        await().ignoreExceptions().until(() -> title(two, title).equals("first"));
                        assertThat(title(one, title)).isEqualTo("first");
                        execute(two, "UPDATE task SET title = 'second'");
                        await().until(() -> title(one, title).equals("second"));
                        await().until(() -> title(two, title).equals("second"));
                    }));
        }
    }

    private static Object title(ApplicationContext context, Method title) throws ReflectiveOperationException {
        return title.invoke(context.getBean(title.getDeclaringClass()), 1L);
    }
}
