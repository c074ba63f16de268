package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** The configuration that is generated for the embedded server. Only its owner can read it. */
final class NatsServerConfig {

    /** Bytes, more than any disk has: its room is the limit, and {@code stream-max-bytes}. */
    private static final long MAX_FILE_STORE = 1L << 50;

    private NatsServerConfig() {}

    /** Writes the file, replacing one that is there, and returns it. */
    static Path write(EmbeddedNatsSettings settings, int port) throws IOException {
        Path file = settings.storeDir().resolve("nats-server.conf");
        Files.deleteIfExists(file);
        Files.createFile(file, ownerOnly());
        return Files.writeString(file, text(settings, port), StandardCharsets.UTF_8);
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
            text.append("authorization {\n  user: ")
                    .append(quoted(settings.user()))
                    .append("\n  password: ")
                    .append(quoted(settings.password()))
                    .append("\n}\n");
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
