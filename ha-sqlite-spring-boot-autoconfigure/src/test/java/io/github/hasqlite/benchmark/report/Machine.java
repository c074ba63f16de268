package io.github.hasqlite.benchmark.report;

import io.github.hasqlite.testing.NatsServer;
import io.nats.client.Nats;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.sqlite.SQLiteJDBCLoader;

/** On what something was measured. */
final class Machine {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
    private static final long GIB = 1L << 30;

    private Machine() {}

    /** One line of text for each fact. */
    static List<String> describe() throws IOException {
        long memory = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        return List.of(
                "Measured on " + LocalDate.now(ZoneOffset.UTC) + ", servers and all nodes on the same machine.",
                "Processors: " + Runtime.getRuntime().availableProcessors() + " of " + processor() + "; memory: "
                        + Math.round((double) memory / GIB) + " GiB.",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java " + Runtime.version()
                        + ".",
                "nats-server " + serverVersion() + ", jnats " + Nats.CLIENT_VERSION + ", sqlite-jdbc "
                        + SQLiteJDBCLoader.getVersion() + ".");
    }

    private static String processor() throws IOException {
        if (!Files.isReadable(PROCESSORS)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(PROCESSORS).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String serverVersion() throws IOException {
        Process version = new ProcessBuilder(NatsServer.program().toString(), "--version").start();
        String said = new String(version.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return said.trim().replaceAll(".*v", "");
    }
}
