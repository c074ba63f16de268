package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that the embedded server writes its log to. The server writes it without this JVM's help,
 * so that neither waits for the other; it is looked at once in a while. Used by one thread at a time.
 */
final class ServerLog {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    /** The server logs some 40 lines at a start and then next to nothing. */
    private static final long MAX_BYTES = 8L << 20;

    private static final int MAX_TAIL = 4096;
    private static final int TAIL_LINES = 20;

    private final Path file;
    private final RouteComplaints complaints = new RouteComplaints();
    private long read;
    private long runStart;

    ServerLog(Path file) throws IOException {
        this.file = file;
        read = Files.exists(file) ? Files.size(file) : 0;
    }

    Path file() {
        return file;
    }

    /** A run of the server begins: {@link #tail()} shows nothing from before. */
    void beginRun() throws IOException {
        runStart = Files.exists(file) ? Files.size(file) : 0;
    }

    /** Passes new warnings and errors on, and empties the file when it has grown too large. */
    void poll() {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            long length = access.length();
            if (length > read) {
                byte[] bytes = new byte[(int) Math.min(length - read, MAX_BYTES)];
                access.seek(length - bytes.length);
                access.readFully(bytes);
                lines(bytes).stream().filter(ServerLog::isWarning).forEach(this::pass);
            }
            read = length;
            if (length > MAX_BYTES) {
                // the server appends, so it goes on at the beginning
                access.setLength(0);
                read = 0;
                runStart = 0;
            }
        } catch (IOException e) {
            log.debug("reading the log of nats-server", e);
        }
    }

    private void pass(String line) {
        log.debug("nats-server: {}", line);
        complaints.read(line);
    }

    /** What the server says of its cluster. */
    RouteComplaints complaints() {
        return complaints;
    }

    /** The last lines of this run; empty if there are none. */
    String tail() {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) Math.min(Math.max(0, access.length() - runStart), MAX_TAIL)];
            access.seek(access.length() - bytes.length);
            access.readFully(bytes);
            List<String> lines = lines(bytes);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether the last start failed because something else listens on the port. */
    static boolean tellsPortInUse(String tail) {
        String lower = tail.toLowerCase(Locale.ROOT);
        return lower.contains("address already in use") || lower.contains("only one usage of each socket address");
    }

    private static boolean isWarning(String line) {
        return line.contains("[WRN]") || line.contains("[ERR]") || line.contains("[FTL]");
    }

    private static List<String> lines(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
}
