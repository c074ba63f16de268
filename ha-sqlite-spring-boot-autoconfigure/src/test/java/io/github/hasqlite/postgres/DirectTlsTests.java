package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Certificates;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Encryption from the first byte on, as clients of PostgreSQL 17 can begin. */
@Tag("system")
@Timeout(60)
class DirectTlsTests {

    private static final int VERSION = 3 << 16;
    private static final int SSL_REQUEST = 80877103;

    @TempDir
    private static Path folder;

    private static SSLContext context;
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        Certificates files = new Certificates(Files.createDirectory(folder.resolve("tls")));
        PemSslStoreDetails key = PemSslStoreDetails.forCertificate(
                        files.certificate().toUri().toString())
                .withPrivateKey(files.key().toUri().toString());
        PemSslStoreDetails trusted =
                PemSslStoreDetails.forCertificate(files.authorities().toUri().toString());
        context = SslBundle.of(new PemSslStoreBundle(key, trusted)).createSslContext();
        server = RunningServer.start(folder.resolve("app.db"), RunningServer.settings(() -> context, true, 50));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SSLSocket connect(String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static void startup(SSLSocket socket) throws IOException {
        byte[] body = "user\0ha\0database\0app\0\0".getBytes(StandardCharsets.US_ASCII);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(body.length + 8);
        out.writeInt(VERSION);
        out.write(body);
        out.flush();
    }

    @Test
    void theProtocolIsAgreedOnAndThePasswordAskedFor() throws IOException {
        try (SSLSocket socket = connect("postgresql")) {
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("postgresql");
            startup(socket);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat((char) in.readByte()).isEqualTo('R');
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            assertThat(new String(body, StandardCharsets.US_ASCII)).contains("SCRAM-SHA-256");
        }
    }

    @Test
    void encryptionWithinEncryptionIsDeclined() throws IOException {
        try (SSLSocket socket = connect("postgresql")) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(8);
            out.writeInt(SSL_REQUEST);
            out.flush();
            assertThat((char) socket.getInputStream().read()).isEqualTo('N');
            startup(socket);
            assertThat((char) socket.getInputStream().read()).isEqualTo('R');
        }
    }

    @Test
    void whoSpeaksAnotherProtocolIsNotLetIn() throws IOException {
        try (SSLSocket socket = connect("http/1.1")) {
            assertThatExceptionOfType(SSLException.class).isThrownBy(() -> {
                socket.startHandshake();
                startup(socket);
                socket.getInputStream().read();
            });
        }
    }
}
