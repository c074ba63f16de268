package io.github.hasqlite.nats.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.nats.EmbeddedNatsServerMain;
import io.github.hasqlite.nats.NatsCredentials;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.NatsSettings;
import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.ServerVersion;
import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("nats")
@Timeout(120)
class EmbeddedNatsServerTests {

    @TempDir
    private Path folder;

    @Test
    void isReadyWhenStarted() throws Exception {
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            assertThat(server.url()).isEqualTo("nats://127.0.0.1:" + server.port());
            assertThat(server.version()).matches("\\d+\\.\\d+\\.\\d+.*");
            assertThat(server.isRunning()).isTrue();
            await().until(() -> server.pid() > 0);
            try (NatsReplication nats = NatsReplication.connect(NatsSettings.of(server.url(), "db"));
                    Connection connection = Nats.connect(server.url())) {
                assertThat(nats.serverVersion()).isEqualTo(server.version());
                assertThat(connection.getServerInfo().getServerName()).isEqualTo("n_\"1\"");
                assertThat(connection.getServerInfo().getMaxPayload())
                        .isEqualTo(EmbeddedNatsSettings.DEFAULT_MAX_PAYLOAD);
            }
        }
    }

    @Test
    void leavesNoProcessBehindWhenClosed() {
        EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0));
        long pid = server.pid();
        server.close();
        server.close();
        assertThat(server.isRunning()).isFalse();
        assertThat(isAlive(pid)).isFalse();
        assertThat(folder.resolve("run/nats-server.pid")).doesNotExist();
    }

    @Test
    void aRestartFindsItsData() throws Exception {
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            store(server, "one");
        }
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            assertThat(store(server, "two")).isEqualTo(2);
        }
    }

    @Test
    void isStartedAgainWithItsDataWhenItDies() throws Exception {
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            store(server, "one");
            long pid = server.pid();
            int port = server.port();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await().until(() -> server.pid() != pid && server.pid() > 0 && server.isRunning());
            assertThat(server.port()).isEqualTo(port);
            assertThat(store(server, "two")).isEqualTo(2);
        }
    }

    @Test
    void diesWithItsJvm() throws Exception {
        long pid = Long.parseLong(startJvmAndKillIt());
        await().until(() -> !isAlive(pid));
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            assertThat(store(server, "after")).isEqualTo(1);
        }
    }

    @Test
    void endsAnOrphanOfAnEarlierRun() throws Exception {
        EmbeddedNatsServer first = EmbeddedNatsServer.start(settings(0));
        first.close();
        Path pidFile = folder.resolve("run/nats-server.pid");
        Process orphan = new ProcessBuilder(
                        NatsServer.program().toString(),
                        "-c",
                        folder.resolve("nats-server.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("orphan.log").toFile())
                .start();
        try {
            Files.writeString(pidFile, orphan.pid() + "\n");
            try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(first.port()))) {
                assertThat(orphan.isAlive()).isFalse();
                assertThat(server.pid()).isNotEqualTo(orphan.pid());
            }
        } finally {
            orphan.destroyForcibly();
        }
    }

    @Test
    void doesNotEndAnotherProgramThatHasTheOrphansNumber() throws Exception {
        Files.createDirectories(folder.resolve("run"));
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(folder.resolve("run/nats-server.pid"), Long.toString(other.pid()));
            EmbeddedNatsServer.start(settings(0)).close();
            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void refusesAStoreThatIsInUse() {
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(settings(0))) {
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> EmbeddedNatsServer.start(settings(0)))
                    .satisfies(e -> assertThat(((NatsStartException.StoreInUse) e.reason()).storeDir())
                            .isEqualTo(folder))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.StoreInUse.class));
            assertThat(server.isRunning()).isTrue();
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> EmbeddedNatsServer.start(settings(taken.getLocalPort())))
                    .withMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .satisfies(e -> assertThat(((NatsStartException.PortInUse) e.reason()).port())
                            .isEqualTo(taken.getLocalPort()))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.PortInUse.class));
        }
        // and has let go of the folder
        EmbeddedNatsServer.start(settings(0)).close();
    }

    @Test
    void saysWhichPortIsTakenAlsoWithAConfigurationOfTheUsersOwn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path config = ownConfig(taken.getLocalPort(), "jetstream {}");
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> EmbeddedNatsServer.start(settings(0)
                            .with(to -> to.binary(NatsServer.program()).configFile(config))))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.PortInUse.class));
        }
    }

    @Test
    void runsWithAConfigurationOfTheUsersOwn() throws Exception {
        int port = NatsServer.freePort();
        Path config = ownConfig(port, "jetstream { store_dir: \"" + folder.resolve("own") + "\" }");
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(
                settings(0).with(to -> to.binary(NatsServer.program()).configFile(config)))) {
            assertThat(server.port()).isEqualTo(port);
            assertThat(store(server, "one")).isEqualTo(1);
        }
        assertThat(folder.resolve("own/jetstream")).exists();
    }

    @Test
    void refusesAConfigurationWithoutJetStream() throws Exception {
        Path config = ownConfig(NatsServer.freePort(), "");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() -> EmbeddedNatsServer.start(
                        settings(0).with(to -> to.binary(NatsServer.program()).configFile(config))))
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.NoJetStream.class));
    }

    @Test
    void showsWhyTheServerDoesNotStart() throws Exception {
        Path config = ownConfig(NatsServer.freePort(), "jetstream { store_dir: [");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() -> EmbeddedNatsServer.start(
                        settings(0).with(to -> to.binary(NatsServer.program()).configFile(config))))
                .withMessageContaining("own.conf")
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.ServerFailed.class));
    }

    @Test
    void saysThatTheConfiguredProgramIsMissing() {
        Path nowhere = folder.resolve("nats-server");
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() -> EmbeddedNatsServer.start(
                        settings(0).with(to -> to.binary(nowhere).configFile(null))))
                .satisfies(e -> assertThat(((NatsStartException.ProgramMissing) e.reason()).configured())
                        .isEqualTo(nowhere))
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.ProgramMissing.class));
    }

    @Test
    void looksForTheProgram() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("go/bin"));
        Path program = Files.createFile(bin.resolve("nats-server"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Path emptyDir = Files.createDirectories(folder.resolve("empty"));
        Map<String, String> path = Map.of("PATH", emptyDir + ":" + bin);
        assertThat(new NatsBinary(path, "", false).find(null, folder)).isEqualTo(program);
        Map<String, String> goPath =
                Map.of("PATH", "", "GOPATH", folder.resolve("go").toString());
        // the usual folders of this machine may have one as well, and come first
        assertThat(new NatsBinary(goPath, "", false).find(null, folder))
                .isIn(
                        program,
                        Path.of("/usr/sbin/nats-server"),
                        Path.of("/usr/bin/nats-server"),
                        Path.of("/usr/local/bin/nats-server"));
        assertThatExceptionOfType(NatsStartException.class)
                .isThrownBy(() -> new NatsBinary(Map.of("PATH", emptyDir.toString()), "", true).find(null, folder))
                .withMessageContaining(emptyDir.toString())
                .withMessageContaining("class path")
                .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.ProgramMissing.class));
    }

    @Test
    void refusesToListenToOthersWithoutCredentials() {
        for (String host : new String[] {"0.0.0.0", "::", "", "192.0.2.1", "no-such-host.invalid"}) {
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> EmbeddedNatsServer.start(
                            settings(0).with(to -> to.host(host).login(null, null))))
                    .satisfies(e -> assertThat(((NatsStartException.InsecureListener) e.reason()).host())
                            .isEqualTo(host))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.InsecureListener.class));
        }
    }

    @Test
    void listensToOthersWithCredentials() throws Exception {
        String password = "p\"w\\d #{x}";
        try (EmbeddedNatsServer server = EmbeddedNatsServer.start(
                settings(0).with(to -> to.host("0.0.0.0").login("ha", password)))) {
            NatsSettings open = NatsSettings.of(server.url(), "db");
            assertThatExceptionOfType(NatsStartException.class)
                    .isThrownBy(() -> NatsReplication.connect(open))
                    .satisfies(e -> assertThat(e.reason()).isInstanceOf(NatsStartException.Unauthenticated.class));
            try (NatsReplication nats = NatsReplication.connect(
                    open.with(to -> to.credentials(new NatsCredentials.UserPassword("ha", password))))) {
                assertThat(nats.serverVersion()).isEqualTo(server.version());
            }
        }
        Path config = folder.resolve("nats-server.conf");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config)))
                .isEqualTo("rw-------");
    }

    @Test
    void hidesThePassword() {
        assertThat(settings(0)
                        .with(to -> to.host("0.0.0.0").login("ha", "secret"))
                        .toString())
                .doesNotContain("secret");
    }

    @Test
    void knowsOldVersions() {
        assertThat(ServerVersion.isOld("2.9.10")).isTrue();
        assertThat(ServerVersion.isOld("2.10.22")).isTrue();
        assertThat(ServerVersion.isOld("2.10.23")).isFalse();
        assertThat(ServerVersion.isOld("2.11.0-preview.1")).isFalse();
        assertThat(ServerVersion.isOld("v2.2.2")).isTrue();
        assertThat(ServerVersion.isOld("unknown")).isFalse();
    }

    private EmbeddedNatsSettings settings(int port) {
        return EmbeddedNatsSettings.of("n \"1\"", port, folder)
                .with(to -> to.binary(NatsServer.program()).configFile(null));
    }

    private Path ownConfig(int port, String more) throws Exception {
        return Files.writeString(
                folder.resolve("own.conf"), "host: 127.0.0.1\nport: " + port + "\nserver_name: own\n" + more + "\n");
    }

    private static long store(EmbeddedNatsServer server, String text) throws Exception {
        try (NatsReplication nats = NatsReplication.connect(NatsSettings.of(server.url(), "db"));
                Connection connection = Nats.connect(server.url())) {
            assertThat(nats).isNotNull();
            return connection
                    .jetStream()
                    .publish("ha_replication.db", text.getBytes(StandardCharsets.UTF_8))
                    .getSeqno();
        }
    }

    /** Starts a JVM that starts a server, kills it as kill -9 does, and returns the server's process id. */
    private String startJvmAndKillIt() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Dha.sqlite.test.nats-server=" + NatsServer.program(),
                        EmbeddedNatsServerMain.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null && !line.startsWith("pid ")) {
                line = output.readLine();
            }
            assertThat(line).isNotNull();
            String pid = line.substring(4);
            assertThat(isAlive(Long.parseLong(pid))).isTrue();
            return pid;
        } finally {
            jvm.destroyForcibly().waitFor();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
