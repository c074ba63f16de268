package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that mean no good. After each of them others are served, and the database is what it was. */
@Tag("system")
@Timeout(60)
class HostileClientTests {

    private static final int VERSION = 3 << 16;

    @TempDir
    private Path folder;

    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        PostgresSettings open = new PostgresSettings(
                "127.0.0.1", 0, "app", null, null, null, false, 50, Duration.ZERO, Duration.ofSeconds(1), 1 << 20);
        server = RunningServer.start(folder.resolve("app.db"), open);
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)");
            statement.execute("INSERT INTO t VALUES (1, 'x')");
        }
    }

    @AfterEach
    void othersAreServed() throws Exception {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE t SET a = 'y'");
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM t")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
        }
        await().until(() -> server.server().connections() == 0);
        server.close();
    }

    private static byte[] startup() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write("user\0me\0database\0app\0\0".getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(whole);
        out.writeInt(body.size() + 8);
        out.writeInt(VERSION);
        out.write(body.toByteArray());
        return whole.toByteArray();
    }

    private static byte[] message(char type, byte[] body) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(whole);
        out.writeByte(type);
        out.writeInt(body.length + 4);
        out.write(body);
        return whole.toByteArray();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static boolean ends(Socket socket) throws IOException {
        try {
            byte[] buffer = new byte[8192];
            while (socket.getInputStream().read(buffer) >= 0) {
                // what it says does not matter here
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** What does not fit its statement is an error, and no more than that. */
    @Test
    void formatsThatAreTooManyAreAnError() throws IOException {
        for (byte code : new byte[] {0, 7}) {
            try (Socket socket = connect()) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.write(startup());
                out.write(message('P', "\0SELECT $1::int\0\0\0".getBytes(StandardCharsets.US_ASCII)));
                out.write(
                        message('B', new byte[] {0, 0, 0, 3, 0, code, 0, code, 0, code, 0, 1, 0, 0, 0, 1, '1', 0, 0}));
                out.write(message('S', new byte[0]));
                out.write(message('Q', "SELECT 'still there'\0".getBytes(StandardCharsets.US_ASCII)));
                out.write(message('X', new byte[0]));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(answer).contains(code == 0 ? "08P01" : "22023").contains("still there");
            }
        }
    }

    @Test
    void lengthsThatNobodyMeansEndTheConnection() throws IOException {
        for (int length : new int[] {Integer.MAX_VALUE, -1, 0, 3, 10_001, Integer.MIN_VALUE}) {
            try (Socket socket = connect()) {
                new DataOutputStream(socket.getOutputStream()).writeInt(length);
                assertThat(ends(socket)).as("startup of %s bytes", length).isTrue();
            }
            try (Socket socket = connect()) {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.write(startup());
                out.writeByte('Q');
                out.writeInt(length == 10_001 ? 1 << 21 : length);
                assertThat(ends(socket)).as("query of %s bytes", length).isTrue();
            }
        }
    }

    @Test
    void rubbishEndsTheConnectionOrIsAnswered() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            try (Socket socket = connect()) {
                if (random.nextInt(4) > 0) {
                    socket.getOutputStream().write(startup());
                }
                for (int i = random.nextInt(6); i >= 0; i--) {
                    socket.getOutputStream().write(rubbish(random));
                }
                socket.getOutputStream().write(message('X', new byte[0]));
                socket.shutdownOutput();
                assertThat(ends(socket)).as("seed %s, round %s", seed, round).isTrue();
            } catch (IOException e) {
                // it was closed while this one was writing
            }
        }
    }

    private static byte[] rubbish(Random random) throws IOException {
        byte[] body = new byte[random.nextInt(60)];
        random.nextBytes(body);
        if (random.nextInt(3) == 0) {
            return body;
        }
        if (random.nextBoolean() && body.length > 0) {
            body[body.length - 1] = 0;
            for (int i = 0; i < body.length - 1; i++) {
                body[i] = (byte) (' ' + (body[i] & 0x3f));
            }
        }
        return message("QPBDECSHFdcfpX?".charAt(random.nextInt(15)), body);
    }

    /** Neither the lock nor a connection is held longer than a transaction may be open. */
    @Test
    void whoIsSilentInATransactionLosesIt() throws Exception {
        try (Connection lazy = server.connect();
                Statement idle = lazy.createStatement()) {
            lazy.setAutoCommit(false);
            idle.execute("UPDATE t SET a = 'mine'");
            try (Connection other = server.connect();
                    Statement statement = other.createStatement()) {
                assertThat(statement.executeUpdate("UPDATE t SET a = 'yours'")).isEqualTo(1);
            }
            assertThat(state(() -> idle.execute("UPDATE t SET a = 'mine again'")))
                    .isEqualTo("25P03");
            lazy.rollback();
            assertThat(idle.executeUpdate("UPDATE t SET a = 'at last'")).isEqualTo(1);
            lazy.commit();
            idle.executeUpdate("UPDATE t SET a = 'lost'");
            try (Connection other = server.connect();
                    Statement statement = other.createStatement()) {
                assertThat(statement.executeUpdate("UPDATE t SET a = 'kept'")).isEqualTo(1);
            }
            assertThat(state(() -> idle.execute("COMMIT"))).isEqualTo("25P03");
            lazy.rollback();
            try (ResultSet rows = idle.executeQuery("SELECT a FROM t")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("kept");
            }
        }
    }

    private interface Call {
        void run() throws SQLException;
    }

    private static String state(Call call) {
        try {
            call.run();
            return "none";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    @Test
    void manyWhoSayNothingLeaveRoomForOthers() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                silent.add(connect());
            }
            long refused = silent.stream().filter(HostileClientTests::isRefused).count();
            assertThat(refused).isGreaterThanOrEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        await().ignoreExceptions().until(() -> {
            try (Connection connection = server.connect()) {
                return connection.isValid(5);
            }
        });
    }

    /** As many as files may be open, half of which are the clients' own ends. */
    @Test
    void thousandsOfConnectionsDoNotHoldUpWhoIsIn() throws Exception {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
                : 1_000;
        int most = (int) Math.min(10_000, files / 2 - 200);
        List<Socket> sockets = new ArrayList<>();
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            while (sockets.size() < most) {
                sockets.add(connect());
                if (sockets.size() % 1_000 == 0) {
                    statement.execute("UPDATE t SET a = 'in between'");
                }
            }
            assertThat(server.server().connections()).isEqualTo(1);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        await().ignoreExceptions().until(() -> {
            try (Connection connection = server.connect()) {
                return connection.isValid(5);
            }
        });
    }

    private static boolean isRefused(Socket socket) {
        try {
            socket.setSoTimeout(20);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void whoDoesNotReadRowsStopsTheirProductionOnly() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(startup());
            String sql =
                    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(500)) FROM n\0";
            socket.getOutputStream().write(message('Q', sql.getBytes(StandardCharsets.US_ASCII)));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] some = new byte[100_000];
            in.readFully(some);
        }
    }
}
