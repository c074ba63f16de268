package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.testing.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** Drivers and tools of other languages against a server that speaks TLS. Each is skipped where it cannot be had. */
@Tag("system")
@Timeout(60)
class ClientProgramTests {

    private static final Pattern VERSION = Pattern.compile("psql \\(PostgreSQL\\) (\\d+)");

    @TempDir
    private static Path folder;

    private static Certificates certificates;
    private static RunningServer server;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(Files.createDirectory(folder.resolve("tls")));
        PemSslStoreDetails key = PemSslStoreDetails.forCertificate(
                        certificates.certificate().toUri().toString())
                .withPrivateKey(certificates.key().toUri().toString());
        SSLContext context = SslBundle.of(new PemSslStoreBundle(key, null)).createSslContext();
        server = RunningServer.start(folder.resolve("app.db"), RunningServer.settings(() -> context, false, 50));
        if (Chinook.isThere()) {
            try (Connection connection = server.dataSource().getConnection()) {
                Chinook.load(connection);
            }
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Map<String, String> verified() {
        return Map.of(
                "PGSSLMODE",
                "verify-full",
                "PGSSLROOTCERT",
                certificates.authorities().toString());
    }

    private static String python(String script, String... imported) throws Exception {
        Path packages = ClientProcess.packages("python");
        for (String name : imported) {
            assumeTrue(
                    ClientProcess.isOnPath("python3") && Files.isDirectory(packages.resolve(name)),
                    () -> "skipped: there is no Python with " + name + " (.ci/install-postgres-clients)");
        }
        Map<String, String> settings = new HashMap<>(verified());
        settings.put("PYTHONPATH", packages.toString());
        return ClientProcess.run(server.port(), settings, List.of("python3", file(script)))
                .successful();
    }

    private static String file(String script) throws Exception {
        return Path.of(ClientProgramTests.class
                        .getResource("/postgres-clients/" + script)
                        .toURI())
                .toString();
    }

    @Test
    void psycopgReadsAndWrites() throws Exception {
        assertThat(python("psycopg_client.py", "psycopg"))
                .contains("types_round_trip", "batches_and_pipelines", "rows_are_copied", "transactions");
    }

    @Test
    void sqlAlchemyReflectsAndMaps() throws Exception {
        assertThat(python("sqlalchemy_client.py", "psycopg", "sqlalchemy"))
                .contains("reflection", "constraints_and_indexes", "objects_are_mapped", "pools_and_isolation");
    }

    @Test
    void nodePostgresReadsAndWrites() throws Exception {
        Path modules = ClientProcess.packages("node").resolve("node_modules");
        assumeTrue(
                ClientProcess.isOnPath("node") && Files.isDirectory(modules.resolve("pg")),
                "skipped: there is no Node with pg (.ci/install-postgres-clients)");
        Map<String, String> settings = Map.of(
                "NODE_PATH",
                modules.toString(),
                "PGROOTCERT",
                certificates.authorities().toString());
        assertThat(ClientProcess.run(server.port(), settings, List.of("node", file("node_client.js")))
                        .successful())
                .contains("types", "preparedAndPooled", "places", "transactions", "cursors", "encrypted");
    }

    @Test
    void psqlSpeaksTlsAndKnowsWhoItSpeaksTo() throws Exception {
        assumeTrue(ClientProcess.isOnPath("psql"), "skipped: there is no psql (.ci/install-postgres-clients)");
        List<String> ask = List.of("psql", "-X", "-At", "-c", "\\conninfo", "-c", "SELECT 42");
        Map<String, String> required = Map.of("PGSSLMODE", "require");
        assertThat(ClientProcess.run(server.port(), required, ask).successful()).contains("TLSv1.", "\n42\n");
        int version = version();
        // before, libpq does not compare addresses with those of a certificate
        if (version >= 15) {
            assertThat(ClientProcess.run(server.port(), verified(), ask).successful())
                    .contains("TLSv1.");
            Path other = Files.createDirectory(folder.resolve("other"));
            Map<String, String> stranger = Map.of(
                    "PGSSLMODE",
                    "verify-full",
                    "PGSSLROOTCERT",
                    new Certificates(other).authorities().toString());
            ClientProcess.Ended refused = ClientProcess.run(server.port(), stranger, ask);
            assertThat(refused.status()).isNotZero();
            assertThat(refused.output()).contains("certificate verify failed");
        }
        if (version >= 17) {
            Map<String, String> direct = Map.of("PGSSLMODE", "require", "PGSSLNEGOTIATION", "direct");
            assertThat(ClientProcess.run(server.port(), direct, ask).successful())
                    .contains("\n42\n");
        }
    }

    private static int version() throws Exception {
        Matcher matcher = VERSION.matcher(ClientProcess.run(server.port(), Map.of(), List.of("psql", "--version"))
                .successful());
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
