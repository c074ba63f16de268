package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The configuration that is generated for the embedded server. Only its owner can read it. */
final class NatsServerConfig {

    /** Bytes, more than any disk has: its room is the limit, and {@code stream-max-bytes}. */
    private static final long MAX_FILE_STORE = 1L << 50;

    /** Who asks a server of a cluster about the others; known to this node alone. */
    static final String SYSTEM_USER = "ha-sqlite-system";

    private NatsServerConfig() {}

    /**
     * Writes the file, replacing one that is there, and returns it.
     *
     * @param runDir where to put what the file refers to
     * @param systemPassword the password of {@link #SYSTEM_USER}, in a cluster
     */
    static Path write(EmbeddedNatsSettings settings, int port, Path runDir, String systemPassword) throws IOException {
        EmbeddedCluster cluster = settings.cluster();
        String text = text(settings, port);
        if (cluster != null) {
            text += system(systemPassword) + cluster(cluster, settings.host(), tls(cluster.tls(), runDir));
        }
        return writeOwned(settings.storeDir().resolve("nats-server.conf"), text);
    }

    private static Path writeOwned(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, ownerOnly());
        return Files.writeString(file, text, StandardCharsets.UTF_8);
    }

    private static String system(String password) {
        return "accounts {\n  $SYS {\n    users: [ { user: " + quoted(SYSTEM_USER) + ", password: " + quoted(password)
                + " } ]\n  }\n}\n";
    }

    private static String cluster(EmbeddedCluster cluster, String clientHost, String tls) {
        StringBuilder text = new StringBuilder("cluster {\n  name: ")
                .append(quoted(cluster.name()))
                .append("\n  host: ")
                .append(quoted(cluster.host()))
                .append("\n  port: ")
                .append(cluster.port())
                .append("\n  routes: [");
        String login = cluster.user() == null || cluster.password() == null
                ? ""
                : inUrl(cluster.user()) + ":" + inUrl(cluster.password()) + "@";
        for (String route : cluster.others()) {
            text.append("\n    ").append(quoted("nats-route://" + login + route));
        }
        text.append("\n  ]\n");
        if (cluster.user() != null && cluster.password() != null) {
            text.append("  authorization {\n    user: ")
                    .append(quoted(cluster.user()))
                    .append("\n    password: ")
                    .append(quoted(cluster.password()))
                    .append("\n  }\n");
        }
        if (ListenAddress.isLoopback(clientHost) && !ListenAddress.isLoopback(cluster.host())) {
            // on another machine it would be an address of that machine
            text.append("  no_advertise: true\n");
        }
        return text.append(tls).append("}\n").toString();
    }

    /** A part of a URL: the server decodes what stands in front of the host. */
    private static String inUrl(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String tls(EmbeddedCluster.@Nullable Tls tls, Path runDir) throws IOException {
        if (tls == null) {
            return "";
        }
        Path certificate = writeOwned(runDir.resolve("route.crt"), tls.certificate());
        Path key = writeOwned(runDir.resolve("route.key"), tls.key());
        Path authorities = writeOwned(runDir.resolve("route-ca.crt"), tls.authorities());
        return "  tls {\n    cert_file: " + quoted(certificate.toString()) + "\n    key_file: "
                + quoted(key.toString()) + "\n    ca_file: " + quoted(authorities.toString())
                // the server's own two seconds are short for a machine that is just starting several
                + "\n    timeout: 5\n  }\n";
    }

    static String text(EmbeddedNatsSettings settings, int port) {
        StringBuilder text = new StringBuilder()
                .append("# Generated at every start: changes are lost. Use a configuration file of your own.\n")
                .append("server_name: ")
                // newer servers refuse spaces in it
                .append(quoted(settings.name().replaceAll("\\s", "_")))
                .append("\nhost: ")
                .append(quoted(settings.host()))
                .append("\nport: ")
                .append(port)
                .append("\nmax_payload: ")
                .append(settings.maxPayload())
                .append("\njetstream {\n  store_dir: ")
                .append(quoted(settings.storeDir().toAbsolutePath().toString()))
                // by itself a server takes three quarters of what is free when it starts, and keeps to that
                // when there is more room later
                .append("\n  max_file_store: ")
                .append(MAX_FILE_STORE)
                .append("\n}\n");
        if (settings.user() != null && settings.password() != null) {
            text.append("authorization {\n  users: [ { user: ")
                    .append(quoted(settings.user()))
                    .append(", password: ")
                    .append(quoted(settings.password()))
                    .append(" } ]\n}\n");
        }
        return text.toString();
    }

    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.append(c);
            }
        }
        return text.append('"').toString();
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
