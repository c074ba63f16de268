package io.github.hasqlite.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One trace goes from a request on one node to the application on all of them. */
@Tag("system")
class TraceTests {

    private static final AttributeKey<String> NODE = AttributeKey.stringKey("node");

    @TempDir
    private Path folder;

    /** Where the spans of all nodes go. */
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

    private final ObservationRegistry registry = traced(Sampler.alwaysOn());

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void aRequestIsOneTraceOnThreeNodes(CommitMode mode) throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode first = open(server, "n1", mode, registry);
                TestNode second = open(server, "n2", mode, traced(Sampler.alwaysOn()));
                TestNode third = open(server, "n3", mode, traced(Sampler.alwaysOn()))) {
            execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            awaitTable(second);
            awaitTable(third);
            assertThat(exporter.getFinishedSpanItems())
                    .as("outside of a request")
                    .isEmpty();

            request(() -> execute(first, "INSERT INTO item(name) VALUES('a')"));
            int applied = mode == CommitMode.STRICT ? 2 : 3;
            Awaitility.await()
                    .until(() -> named("apply").size() == applied
                            && !named("publish").isEmpty());

            assertThat(exporter.getFinishedSpanItems())
                    .extracting(SpanData::getTraceId)
                    .containsOnly(named("request").get(0).getTraceId());
            SpanData commit = child(named("request").get(0), "commit");
            SpanData publish = child(commit, "publish");
            Map<String, SpanData> byNode = named("apply").stream()
                    .collect(Collectors.toMap(span -> span.getAttributes().get(NODE), span -> span));
            assertThat(byNode).containsKeys("n2", "n3").hasSize(applied);
            assertThat(byNode.values()).extracting(SpanData::getParentSpanId).containsOnly(publish.getSpanId());
        }
    }

    @Test
    void aSchemaChangeAndWhatWaitsForTheStreamAreFollowedToo() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode first = open(server, "n1", CommitMode.ASYNC, registry);
                TestNode second = open(server, "n2", CommitMode.ASYNC, traced(Sampler.alwaysOn()))) {
            request(() -> execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)"));
            Awaitility.await()
                    .until(() -> named("apply").stream()
                            .anyMatch(span -> "n2".equals(span.getAttributes().get(NODE))));
            Awaitility.await().until(() -> named("publish").size() == 1);
            exporter.reset();

            server.kill9();
            Awaitility.await()
                    .until(() -> !first.dataSource().replicationStatus().connected());
            request(() -> execute(first, "INSERT INTO item(name) VALUES('a')"));
            assertThat(named("request")).hasSize(1);
            server.restart();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> named("apply").size() == 2);
            assertThat(named("apply"))
                    .extracting(SpanData::getTraceId)
                    .containsOnly(named("request").get(0).getTraceId());
        }
    }

    @Test
    void whatFailsSaysSo() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = TestNode.open(
                        server.url(),
                        folder.resolve("n1.db"),
                        "n1",
                        settings -> settings.with(
                                to -> to.commitMode(CommitMode.SYNC).publisherTimeout(Duration.ofMillis(200))),
                        List.of())) {
            follow(node, "n1", registry);
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            server.kill9();
            Awaitility.await()
                    .until(() -> !node.dataSource().replicationStatus().connected());
            assertThatThrownBy(() -> request(() -> execute(node, "INSERT INTO item(name) VALUES('a')")))
                    .isInstanceOf(SQLException.class);
            assertThat(named("commit").get(0).getEvents()).isNotEmpty();
        }
    }

    @Test
    void nothingIsSentAlongThatIsNotSampled() throws Exception {
        ObservationRegistry unsampled = traced(Sampler.alwaysOff());
        try (NatsServer server = NatsServer.start();
                TestNode first = open(server, "n1", CommitMode.SYNC, unsampled);
                TestNode second = open(server, "n2", CommitMode.SYNC, traced(Sampler.alwaysOn()))) {
            execute(first, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            Observation.createNotStarted("request", unsampled)
                    .observeChecked(() -> execute(first, "INSERT INTO item(name) VALUES('a')"));
            Awaitility.await()
                    .until(() -> second.dataSource().replicationStatus().appliedSequence()
                            == first.dataSource().replicationStatus().streamSequence());
            assertThat(exporter.getFinishedSpanItems()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "scope opened", "scope closed", "stop"})
    void aHandlerThatThrowsHindersNobody(String where) throws Exception {
        ObservationRegistry broken = ObservationRegistry.create();
        broken.observationConfig().observationHandler(new Broken(where));
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server, "n1", CommitMode.SYNC, broken)) {
            execute(node, "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT)");
            Observation request =
                    Observation.createNotStarted("request", broken).start();
            try (Observation.Scope scope = request.openScope()) {
                execute(node, "INSERT INTO item(name) VALUES('a')");
                execute(node, "INSERT INTO item(name) VALUES('b')");
                assertThat(broken.getCurrentObservationScope()).isSameAs(scope);
            }
            assertThat(broken.getCurrentObservationScope()).isNull();
            Awaitility.await().until(() -> node.dataSource().replicationStatus().outboxLength() == 0);
        }
    }

    /** Throws at one moment of each observation but requests. */
    private record Broken(String where) implements ObservationHandler<Observation.Context> {

        @Override
        public void onStart(Observation.Context context) {
            at("start", context);
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            at("scope opened", context);
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            at("scope closed", context);
        }

        @Override
        public void onStop(Observation.Context context) {
            at("stop", context);
        }

        private void at(String moment, Observation.Context context) {
            if (moment.equals(where) && !"request".equals(context.getName())) {
                throw new IllegalStateException("a broken handler");
            }
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private TestNode open(NatsServer server, String name, CommitMode mode, ObservationRegistry observations) {
        TestNode node = TestNode.open(server, folder.resolve(name + ".db"), name, mode);
        follow(node, name, observations);
        return node;
    }

    private static void follow(TestNode node, String name, ObservationRegistry observations) {
        ((ReplicatingDataSource) node.dataSource()).work().follow(new ObservedTracing(observations, name, "app"));
    }

    private ObservationRegistry traced(Sampler sampler) {
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setSampler(sampler)
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build();
        OtelTracer tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), event -> {});
        OtelPropagator propagator = new OtelPropagator(
                ContextPropagators.create(W3CTraceContextPropagator.getInstance()), provider.get("test"));
        ObservationRegistry observations = ObservationRegistry.create();
        observations
                .observationConfig()
                .observationHandler(new ObservationHandler.FirstMatchingCompositeObservationHandler(
                        new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return observations;
    }

    private void request(Observation.CheckedRunnable<SQLException> work) throws SQLException {
        Observation.createNotStarted("request", registry).observeChecked(work);
    }

    private List<SpanData> named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .toList();
    }

    private SpanData child(SpanData parent, String name) {
        List<SpanData> children = named(name).stream()
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .toList();
        assertThat(children).as(name).hasSize(1);
        return children.get(0);
    }

    private static void awaitTable(TestNode node) {
        Awaitility.await().ignoreExceptions().until(() -> {
            try (Connection connection = node.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT count(*) FROM item")) {
                return result.next();
            }
        });
    }

    private static void execute(TestNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
