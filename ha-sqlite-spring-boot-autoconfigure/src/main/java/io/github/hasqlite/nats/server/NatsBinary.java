package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.ServerVersion;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the nats-server program: as configured, then PATH, then usual folders, then the class path. */
final class NatsBinary {

    /** Folders where package managers and {@code go install} put it, also where PATH lacks them. */
    private static final List<String> USUAL_FOLDERS =
            List.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/snap/bin");

    private static final String RESOURCE = "META-INF/ha-sqlite/nats-server-";

    private static final Pattern VERSION = Pattern.compile("v(\\d+\\.\\d+\\.\\d+\\S*)");

    private final Map<String, String> environment;
    private final String home;
    private final boolean windows;

    NatsBinary() {
        this(System.getenv(), System.getProperty("user.home", ""), isWindows());
    }

    NatsBinary(Map<String, String> environment, String home, boolean windows) {
        this.environment = environment;
        this.home = home;
        this.windows = windows;
    }

    static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /**
     * The program to run.
     *
     * @param configured where it must be, or {@code null} to look for it
     * @param storeDir where one from the class path is unpacked to
     * @throws NatsStartException if there is none
     */
    Path find(@Nullable Path configured, Path storeDir) {
        if (configured != null) {
            if (Files.isRegularFile(configured) && Files.isExecutable(configured)) {
                return configured.toAbsolutePath();
            }
            throw new NatsStartException(new NatsStartException.ProgramMissing(configured, List.of()), null);
        }
        List<String> folders = folders();
        for (String folder : folders) {
            Path candidate = Path.of(folder, windows ? "nats-server.exe" : "nats-server");
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate.toAbsolutePath();
            }
        }
        String resource = resource();
        Path unpacked = unpack(resource, storeDir);
        if (unpacked != null) {
            return unpacked;
        }
        folders.add("the class path as " + resource);
        throw new NatsStartException(new NatsStartException.ProgramMissing(null, folders), null);
    }

    /**
     * Makes sure that servers of this program may form a cluster.
     *
     * @throws NatsStartException if it is too old
     */
    static void requireClusters(Path program) {
        try {
            Process process = new ProcessBuilder(program.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(said);
            if (version.find() && ServerVersion.isBefore(version.group(1), ServerVersion.FIRST_FOR_CLUSTER)) {
                throw new NatsStartException(new NatsStartException.TooOldForCluster(version.group(1)), null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Could not ask " + program + " for its version", e);
        }
    }

    private List<String> folders() {
        List<String> folders = new ArrayList<>();
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!folder.isBlank()) {
                folders.add(folder);
            }
        }
        if (!windows) {
            folders.addAll(USUAL_FOLDERS);
        }
        String goPath = environment.get("GOPATH");
        if (goPath != null && !goPath.isBlank()) {
            folders.add(goPath.split(File.pathSeparator, -1)[0] + File.separator + "bin");
        }
        if (!home.isBlank()) {
            folders.add(home + File.separator + "go" + File.separator + "bin");
        }
        return new ArrayList<>(folders.stream().distinct().toList());
    }

    private String resource() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system = os.startsWith("windows") ? "windows" : os.startsWith("mac") ? "darwin" : "linux";
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String architecture = switch (machine) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64", "arm64" -> "arm64";
            default -> machine;
        };
        return RESOURCE + system + "-" + architecture + (windows ? ".exe" : "");
    }

    private @Nullable Path unpack(String resource, Path storeDir) {
        try (InputStream in = NatsBinary.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                return null;
            }
            Path folder = Files.createDirectories(storeDir.resolve("bin"));
            Path partial = Files.createTempFile(folder, "nats-server", ".part");
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            if (!partial.toFile().setExecutable(true, true)) {
                throw new IOException("Could not make " + partial + " executable");
            }
            Path program = folder.resolve(windows ? "nats-server.exe" : "nats-server");
            return Files.move(partial, program, StandardCopyOption.REPLACE_EXISTING)
                    .toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not unpack nats-server to " + storeDir, e);
        }
    }
}
