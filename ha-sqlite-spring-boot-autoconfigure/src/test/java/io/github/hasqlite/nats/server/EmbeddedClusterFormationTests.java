package io.github.hasqlite.nats.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.testing.NatsCluster;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers find each other, or say why not. */
@Tag("nats-cluster")
@Timeout(120)
class EmbeddedClusterFormationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Path program;
    private final List<Integer> ports = new ArrayList<>();
    private final List<EmbeddedNatsServer> servers = new ArrayList<>();

    @BeforeEach
    void choosePorts() throws IOException {
        program = NatsCluster.current().orElse(null);
        Assumptions.assumeTrue(program != null, "no nats-server from 2.10.23 on is installed");
        for (int i = 0; i < 3; i++) {
            ports.add(NatsServer.freePort());
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(EmbeddedNatsServer::close);
    }

    @Test
    void oneAloneWaitsForASecondAndSaysSo() throws Exception {
        EmbeddedNatsServer one = start("n1", ports.get(0), same -> same);
        assertThat(one.awaitCluster(Duration.ofMillis(500))).isFalse();
        assertThat(one.clusterTrouble())
                .contains("'n1'")
                .contains("waits for a second server")
                .contains("127.0.0.1:" + ports.get(1))
                .doesNotContain("127.0.0.1:" + ports.get(0));
        start("n2", ports.get(1), same -> same);
        assertThat(one.awaitCluster(PATIENCE)).isTrue();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(one.clusterPeers())
                        .extracting(EmbeddedNatsServer.Peer::name)
                        .contains("n1", "n2"));
    }

    @Test
    void aServerThatIsTakenOutDoesNotCountAnyMore() throws Exception {
        for (int i = 0; i < 3; i++) {
            start("n" + (i + 1), ports.get(i), same -> same);
        }
        EmbeddedNatsServer one = servers.get(0);
        assertThat(one.awaitCluster(PATIENCE)).isTrue();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> one.clusterPeers().size() == 3);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> one.removeClusterPeer("nobody"))
                .withMessageContaining("nobody");
        servers.get(2).close();
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            one.removeClusterPeer("n3");
        });
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(one.clusterPeers())
                        .extracting(EmbeddedNatsServer.Peer::name)
                        .containsExactlyInAnyOrder("n1", "n2"));
    }

    @Test
    void twoWithOneNameSaySo() throws Exception {
        EmbeddedNatsServer one = start("same", ports.get(0), same -> same);
        start("same", ports.get(1), same -> same);
        awaitTrouble(one, "Another server has the name 'same'", "ha.sqlite.nats.embedded.name");
    }

    @Test
    void anotherClusterAtARouteIsNamed() throws Exception {
        EmbeddedNatsServer one = start("n1", ports.get(0), same -> same);
        start("n2", ports.get(1), in -> cluster(in, "other", in.user(), in.password(), null));
        awaitTrouble(one, "'other'", "'test'", "ha.sqlite.nats.embedded.cluster.name");
    }

    @Test
    void credentialsThatDifferAreSaid() throws Exception {
        EmbeddedNatsServer one = start("n1", ports.get(0), in -> cluster(in, "test", "r", "p\"w/:@ #%", null));
        EmbeddedNatsServer two = start("n2", ports.get(1), in -> cluster(in, "test", "r", "another", null));
        awaitTrouble(one, "refused", "ha.sqlite.nats.embedded.cluster.user");
        assertThat(one.clusterTrouble()).doesNotContain("p\"w").doesNotContain("another");
        assertThat(two.isRunning()).isTrue();
        start("n3", ports.get(2), in -> cluster(in, "test", "r", "p\"w/:@ #%", null));
        assertThat(one.awaitCluster(PATIENCE)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("n1/nats-server.conf"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aListenerBeyondLoopbackNeedsCredentials() {
        for (String host : List.of("0.0.0.0", "::", "192.0.2.1")) {
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> EmbeddedNatsServer.start(settings(
                            "n1",
                            in -> new EmbeddedCluster(in.name(), host, ports.get(0), in.routes(), null, null, null))))
                    .satisfies(e -> assertThat(((NatsStartException.InsecureRoutes) e.reason()).host())
                            .isEqualTo(host));
        }
    }

    @Test
    void anOldServerIsRefused() {
        Path old = NatsCluster.old().orElse(null);
        Assumptions.assumeTrue(old != null, "no nats-server before 2.10.23 is installed");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() ->
                        EmbeddedNatsServer.start(settings("n1", same -> same).with(to -> to.binary(old))))
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.TooOldForCluster.class));
    }

    @Test
    void whatAServerHadStoredAloneIsSetAside() throws Exception {
        EmbeddedNatsSettings alone = EmbeddedNatsSettings.of("n1", NatsServer.freePort(), folder.resolve("n1"))
                .with(to -> to.binary(program));
        EmbeddedNatsServer.start(alone).close();
        Path store = Files.createDirectories(folder.resolve("n1/jetstream/$G/streams/kept"));
        start("n1", ports.get(0), same -> same);
        assertThat(folder.resolve("n1/jetstream-before-cluster/$G/streams/kept"))
                .exists();
        assertThat(store).doesNotExist();
        servers.get(0).close();
        start("n1", ports.get(0), same -> same);
        assertThat(folder.resolve("n1/jetstream-before-cluster-2")).doesNotExist();
    }

    @Test
    void routesAreEncrypted() throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "route",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=route",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "secret".toCharArray());
        EmbeddedCluster.Tls tls = new EmbeddedCluster.Tls(
                pem("CERTIFICATE", store.getCertificate("route").getEncoded()),
                pem("PRIVATE KEY", store.getKey("route", "secret".toCharArray()).getEncoded()),
                pem("CERTIFICATE", store.getCertificate("route").getEncoded()));
        EmbeddedNatsServer one = start("n1", ports.get(0), in -> cluster(in, "test", "r", "p", tls));
        start("n2", ports.get(1), in -> cluster(in, "test", "r", "p", null));
        awaitTrouble(one, "ha.sqlite.nats.embedded.cluster.ssl.bundle");
        start("n3", ports.get(2), in -> cluster(in, "test", "r", "p", tls));
        assertThat(one.awaitCluster(PATIENCE)).isTrue();
        try (Stream<Path> files = Files.list(folder.resolve("n1/run"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith("key")).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void ofThreeOrFourServersOneMayDieAndOfFiveTwo() {
        for (int size = 2; size <= 6; size++) {
            List<String> routes = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                routes.add("127.0.0.1:" + (EmbeddedCluster.DEFAULT_PORT + i));
            }
            EmbeddedCluster cluster =
                    new EmbeddedCluster("test", "127.0.0.1", EmbeddedCluster.DEFAULT_PORT, routes, null, null, null);
            assertThat(cluster.replicas()).as("%d routes", size).isEqualTo(size < 5 ? 3 : 5);
        }
    }

    private static String pem(String type, byte[] encoded) {
        return "-----BEGIN " + type + "-----\n"
                + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + type
                + "-----\n";
    }

    private static void awaitTrouble(EmbeddedNatsServer server, String... parts) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            server.awaitCluster(Duration.ZERO);
            assertThat(server.clusterTrouble()).contains(parts);
        });
    }

    private static EmbeddedCluster cluster(
            EmbeddedCluster from, String name, String user, String password, EmbeddedCluster.Tls tls) {
        return new EmbeddedCluster(name, from.host(), from.port(), from.routes(), user, password, tls);
    }

    private EmbeddedNatsServer start(String name, int routePort, UnaryOperator<EmbeddedCluster> changed) {
        EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(name, routePort, changed));
        servers.add(server);
        return server;
    }

    private EmbeddedNatsSettings settings(String name, UnaryOperator<EmbeddedCluster> changed) {
        return settings(name, ports.get(0), changed);
    }

    private EmbeddedNatsSettings settings(String name, int routePort, UnaryOperator<EmbeddedCluster> changed) {
        Path store = folder.resolve(name.equals("same") ? name + routePort : name);
        EmbeddedCluster cluster = new EmbeddedCluster(
                "test",
                "127.0.0.1",
                routePort,
                ports.stream().map(port -> "127.0.0.1:" + port).toList(),
                null,
                null,
                null);
        return EmbeddedNatsSettings.of(name, 0, store)
                .with(to -> to.binary(program).cluster(changed.apply(cluster)));
    }
}
