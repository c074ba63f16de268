package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the endpoint says and does. */
class HaSqliteEndpointTests {

    @TempDir
    private Path folder;

    private WebApplicationContextRunner node(String name) {
        return new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        HaSqliteAutoConfiguration.class,
                        HaSqliteEndpointAutoConfiguration.class,
                        EndpointAutoConfiguration.class,
                        WebEndpointAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        JdbcClientAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=hasqlite",
                        "ha.sqlite.replication-id=app",
                        "ha.sqlite.name=" + name,
                        "ha.sqlite.path=" + folder.resolve(name).resolve("app.db"));
    }

    private WebApplicationContextRunner node(String name, NatsServer server) {
        return node(name)
                .withPropertyValues(
                        "ha.sqlite.replication-url=" + server.url(),
                        "ha.sqlite.commit-mode=async",
                        "ha.sqlite.snapshotter.interval=1h");
    }

    private static HaSqliteEndpoint endpoint(ApplicationContext context) {
        return context.getBean(HaSqliteEndpoint.class);
    }

    private static void execute(ApplicationContext context, String sql) {
        context.getBean(JdbcClient.class).sql(sql).update();
    }

    private static void awaitApplied(ApplicationContext context, long sequence) {
        HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
        await().until(() -> dataSource.replicationStatus().appliedSequence() >= sequence);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> answer, String name) {
        return (List<Map<String, Object>>) answer.get(name);
    }

    private static List<String> operations(ApplicationContext context) {
        List<String> operations = new ArrayList<>();
        context.getBean(WebEndpointsSupplier.class)
                .getEndpoints()
                .forEach(endpoint -> endpoint.getOperations()
                        .forEach(operation ->
                                operations.add(operation.getRequestPredicate().getHttpMethod() + " "
                                        + operation.getRequestPredicate().getPath())));
        return operations;
    }

    @Test
    void isThereWhereItIsExposedAndReadsOnlyUnlessItsAccessIsUnrestricted() {
        String[] reads = {
            "GET hasqlite",
            "GET hasqlite/{database}",
            "GET hasqlite/{database}/{part}",
            "GET hasqlite/{database}/{part}/{sequence}"
        };
        node("n1")
                .withPropertyValues("management.endpoints.web.exposure.include=health")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(HaSqliteEndpoint.class)
                        .doesNotHaveBean(RecentChangeSets.class));
        node("n1").run(context -> assertThat(operations(context)).containsExactlyInAnyOrder(reads));
        node("n1")
                .withPropertyValues("management.endpoint.hasqlite.access=UNRESTRICTED")
                .run(context -> assertThat(operations(context))
                        .contains(reads)
                        .contains("POST hasqlite/{database}/{operation}")
                        .hasSize(5));
        node("n1")
                .withPropertyValues("management.endpoint.hasqlite.access=NONE")
                .run(context -> assertThat(context).doesNotHaveBean(HaSqliteEndpoint.class));
    }

    private static WebEndpointResponse<?> get(ApplicationContext context, String path, Map<String, Object> parameters) {
        WebOperation operation = context.getBean(WebEndpointsSupplier.class).getEndpoints().stream()
                .flatMap(endpoint -> endpoint.getOperations().stream())
                .filter(each -> each.getRequestPredicate().getPath().equals(path))
                .findFirst()
                .orElseThrow();
        return (WebEndpointResponse<?>) operation.invoke(new InvocationContext(SecurityContext.NONE, parameters));
    }

    @Test
    void whatItCannotAnswerHasAStatusAndSaysWhatToDo() {
        node("n1").run(context -> {
            assertThat(get(context, "hasqlite/{database}", Map.of("database", "app"))
                            .getStatus())
                    .isEqualTo(200);
            WebEndpointResponse<?> unknown = get(context, "hasqlite/{database}", Map.of("database", "orders"));
            assertThat(unknown.getStatus()).isEqualTo(404);
            assertThat(unknown.getBody())
                    .isEqualTo(Map.of("error", "There is no database orders.", "action", "This application has app."));
            WebEndpointResponse<?> alone =
                    get(context, "hasqlite/{database}/{part}", Map.of("database", "app", "part", "conflicts"));
            assertThat(alone.getStatus()).isEqualTo(409);
            assertThat(alone.getBody()).asString().contains("does not replicate", "ha.sqlite.replication-url");
            assertThat(get(
                                    context,
                                    "hasqlite/{database}/{part}",
                                    Map.of("database", "app", "part", "history", "limit", "0"))
                            .getStatus())
                    .isEqualTo(400);
        });
    }

    @Test
    @Tag("system")
    void saysWhatReplicationDoesWithoutTakingAConnectionThatWrites() {
        try (NatsServer server = NatsServer.start()) {
            node("n1", server)
                    .withPropertyValues("ha.sqlite.pool.writers=1")
                    .run(one -> node("n2", server).run(two -> {
                        execute(one, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
                        execute(one, "INSERT INTO t VALUES(1, 'a'), (2, 'b')");
                        awaitApplied(two, 2);
                        try (Connection busy =
                                one.getBean(HaSqliteDataSource.class).getConnection()) {
                            busy.setAutoCommit(false);
                            busy.createStatement().executeUpdate("UPDATE t SET v = 'busy'");
                            HikariDataSource writers =
                                    one.getBean(HaSqliteDataSource.class).unwrap(HikariDataSource.class);
                            assertThat(writers.getHikariPoolMXBean().getActiveConnections())
                                    .isEqualTo(1);
                            assertThat(endpoint(one).database("app"))
                                    .containsEntry("status", "UP")
                                    .containsEntry("node", "n1")
                                    .containsKeys("role", "commitMode", "appliedSequence");
                            assertThat(endpoint(one).databases()).containsOnlyKeys("databases");
                            assertThat(list(endpoint(one).part("app", "conflicts", null), "conflicts"))
                                    .isEmpty();
                            assertThat(list(endpoint(one).part("app", "dead-letters", null), "dead-letters"))
                                    .isEmpty();
                            await().untilAsserted(() -> assertThat(
                                            list(endpoint(one).part("app", "history", null), "history"))
                                    .satisfiesExactly(
                                            rows -> assertThat(rows)
                                                    .containsEntry("sequence", 2L)
                                                    .containsEntry("node", "n1")
                                                    .containsEntry("tables", Map.of("t", 2L))
                                                    .containsEntry("rows", 2L)
                                                    .containsKey("stored"),
                                            schema -> assertThat(schema).containsEntry("anyTable", true)));
                            assertThat(list(endpoint(one).part("app", "history", "1"), "history"))
                                    .hasSize(1);
                            await().untilAsserted(() -> {
                                Map<String, Object> members = endpoint(one).part("app", "members", null);
                                assertThat(list(members, "members"))
                                        .extracting(member -> member.get("name"))
                                        .containsExactly("n1", "n2");
                                assertThat(list(members, "members"))
                                        .extracting(member -> member.get("role"))
                                        .containsExactlyInAnyOrder("leader", "writer");
                                assertThat(list(members, "members"))
                                        .allSatisfy(member -> assertThat(member)
                                                .containsEntry("lagMessages", 0L)
                                                .containsKeys("silenceMillis", "appliedSequence", "started"));
                                assertThat(members).containsEntry("removed", List.of());
                            });
                            assertThat(writers.getHikariPoolMXBean().getThreadsAwaitingConnection())
                                    .isZero();
                        }
                    }));
        }
    }

    @Test
    @Tag("system")
    void doesWhatAnOperatorWouldDo() {
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
        try (NatsServer server = NatsServer.start()) {
            node("n1", server)
                    .run(one -> node("n2", server)
                            .withBean(ChangeSetInterceptor.class, () -> picky)
                            .run(two -> {
                                HaSqliteDataSource second = two.getBean(HaSqliteDataSource.class);
                                assertProblem(two, "retry", null, "has not stopped");
                                execute(one, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
                                execute(one, "INSERT INTO t VALUES(1, 'bad')");
                                await().until(() -> second.replicationStatus().halted() != null);
                                assertThat(endpoint(two).database("app"))
                                        .containsEntry("status", "DOWN")
                                        .hasEntrySatisfying(
                                                "halted",
                                                why -> assertThat(why)
                                                        .asString()
                                                        .contains("change set 2", "a bad row"))
                                        .hasEntrySatisfying(
                                                "action",
                                                what -> assertThat(what)
                                                        .asString()
                                                        .contains("retryReplication()", "skipFailedChangeSet()"));
                                assertProblem(two, "snapshot", null, "a bad row");
                                broken.set(false);
                                assertThat(endpoint(two).operate("app", "retry", null, null))
                                        .containsEntry("retried", true);
                                awaitApplied(two, 2);
                                broken.set(true);
                                execute(one, "INSERT INTO t VALUES(2, 'bad')");
                                await().until(() -> second.replicationStatus().halted() != null);
                                assertThat(endpoint(two).operate("app", "skip", null, null))
                                        .extractingByKey("leftOut")
                                        .asString()
                                        .contains("a bad row");
                                awaitApplied(two, 3);
                                assertThat(list(endpoint(two).part("app", "dead-letters", null), "dead-letters"))
                                        .singleElement()
                                        .satisfies(letter -> assertThat(letter)
                                                .containsEntry("sequence", 3L)
                                                .containsKeys("stored", "publisher", "bytes")
                                                .extractingByKey("reason")
                                                .asString()
                                                .contains("a bad row"));
                                assertThat(endpoint(one).operate("app", "snapshot", null, null))
                                        .containsEntry("sequence", 3L)
                                        .containsEntry("node", "n1");
                                assertThat(endpoint(one).operate("app", "verify", null, "20s"))
                                        .containsEntry("agrees", false)
                                        .extractingByKey("differences")
                                        .asString()
                                        .contains("table=t");
                                assertThat(endpoint(two).operate("app", "repair", "n1", null))
                                        .containsEntry("sequence", 3L);
                                await().untilAsserted(
                                                () -> assertThat(endpoint(one).operate("app", "verify", null, null))
                                                        .containsEntry("agrees", true)
                                                        .containsEntry("nodes", Map.of("n1", "DONE", "n2", "DONE")));
                                assertProblem(one, "remove", null, "No node is named");
                                assertProblem(one, "remove", "n1", "another node");
                                for (String wrong : List.of("soon", "-1s", "99999999999999999999s", "11m")) {
                                    assertThatExceptionOfType(EndpointProblem.class)
                                            .isThrownBy(() -> endpoint(one).operate("app", "verify", null, wrong))
                                            .withMessageContaining("timeout is " + wrong);
                                }
                                for (String wrong : List.of("many", "0", "-1", "1001", "99999999999")) {
                                    assertThatExceptionOfType(EndpointProblem.class)
                                            .isThrownBy(() -> endpoint(one).part("app", "history", wrong))
                                            .withMessageContaining("limit is " + wrong);
                                }
                                assertThatExceptionOfType(EndpointProblem.class)
                                        .isThrownBy(() -> endpoint(one).entry("app", "conflicts", "first"))
                                        .withMessageContaining("sequence is first");
                                assertThat(endpoint(one).operate("app", "remove", "n2", null))
                                        .containsEntry("removed", "n2")
                                        .containsEntry("wasMember", true);
                                await().until(() -> second.replicationStatus().halted() != null);
                                assertThat(endpoint(one).part("app", "members", null))
                                        .containsEntry("removed", List.of("n2"));
                                assertThat(endpoint(two).database("app"))
                                        .hasEntrySatisfying(
                                                "action",
                                                what -> assertThat(what)
                                                        .asString()
                                                        .contains("let in again"));
                                assertThat(endpoint(one).operate("app", "admit", "n2", null))
                                        .containsEntry("hadBeenRemoved", true);
                                await().until(() -> second.replicationStatus().halted() == null);
                                assertProblem(one, "explode", null, "There is no operation explode");
                            }));
        }
    }

    private static void assertProblem(ApplicationContext context, String operation, String node, String message) {
        assertThatExceptionOfType(EndpointProblem.class)
                .isThrownBy(() -> endpoint(context).operate("app", operation, node, null))
                .withMessageContaining(message);
    }

    @Test
    @Tag("system")
    void showsTheRowsThatLostOnlyOfOneChangeSet() {
        try (NatsServer server = NatsServer.start()) {
            node("n1", server)
                    .run(one -> node("n2", server).run(two -> {
                        execute(one, "CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
                        awaitApplied(two, 1);
                        server.suspend();
                        execute(one, "INSERT INTO t VALUES(1, 'one-lost')");
                        execute(two, "INSERT INTO t VALUES(1, 'two-lost')");
                        server.resume();
                        awaitApplied(one, 3);
                        awaitApplied(two, 3);
                        List<Map<String, Object>> conflicts =
                                list(endpoint(one).part("app", "conflicts", null), "conflicts");
                        assertThat(conflicts)
                                .singleElement()
                                .satisfies(conflict -> assertThat(conflict)
                                        .containsEntry("kind", "INSERT_INSERT")
                                        .containsEntry("table", "t")
                                        .doesNotContainKey("losing"));
                        long sequence = ((Number) conflicts.get(0).get("sequence")).longValue();
                        assertThat(list(endpoint(two).entry("app", "conflicts", String.valueOf(sequence)), "conflicts"))
                                .singleElement()
                                .satisfies(conflict -> assertThat(conflict.get("losing"))
                                        .asString()
                                        .containsAnyOf("one-lost", "two-lost"));
                        assertThatExceptionOfType(EndpointProblem.class)
                                .isThrownBy(() -> endpoint(two).entry("app", "conflicts", "1"))
                                .withMessageContaining("seven days");
                    }));
        }
    }

    @Test
    void knowsAllDatabases() {
        node("n1")
                .withPropertyValues("ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"))
                .run(context -> {
                    Object databases = endpoint(context).databases().get("databases");
                    Set<String> names = new TreeSet<>();
                    ((Map<?, ?>) databases).keySet().forEach(name -> names.add((String) name));
                    assertThat(names).containsExactly("app", "orders");
                    assertThat(endpoint(context).database("orders")).containsEntry("replicating", false);
                });
    }
}
