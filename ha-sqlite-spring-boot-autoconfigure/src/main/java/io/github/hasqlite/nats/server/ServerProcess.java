package io.github.hasqlite.nats.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of nats-server.
 *
 * <p>It must not outlive this JVM, not even one that is killed. So a shell is its parent, and a second
 * one reads from a pipe that this JVM holds open and never writes to: when the JVM is gone, however
 * it went, the read ends, and the shell ends the server. Windows has no such shell; there a shutdown
 * hook ends the server, which a killed JVM does not run; the next start then ends it.
 */
final class ServerProcess {

    /**
     * Arguments: pid file, command. The server gets a session of its own where possible, so that
     * Ctrl-C in a terminal reaches it only after the application had the time to use it; for the same
     * reason the shells ignore signals. The number of the loop is 10 s in tenths.
     */
    private static final String WATCHDOG = """
            pidfile=$1; shift
            exec 3<&0 </dev/null
            if command -v setsid >/dev/null 2>&1; then setsid "$@" 3<&- & else "$@" 3<&- & fi
            server=$!
            trap '' INT HUP TERM
            echo $server > "$pidfile.new" && mv "$pidfile.new" "$pidfile"
            (
              while read -r ignored <&3; do :; done
              kill -TERM $server
              n=0
              while kill -0 $server && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done
              kill -KILL $server
            ) >/dev/null 2>&1 &
            watcher=$!
            exec 3<&-
            wait $server
            code=$?
            kill -KILL $watcher
            rm -f "$pidfile"
            exit $code
            """;

    private final Process process;
    private final Path pidFile;
    private final @Nullable Thread hook;
    private volatile @Nullable ProcessHandle server;

    private ServerProcess(Process process, Path pidFile, boolean windows) {
        this.process = process;
        this.pidFile = pidFile;
        if (windows) {
            server = process.toHandle();
            hook = new Thread(process::destroyForcibly, "ha-sqlite-nats-server-hook");
            Runtime.getRuntime().addShutdownHook(hook);
        } else {
            hook = null;
        }
    }

    /** Starts a server with its output appended to a log file. */
    static ServerProcess launch(List<String> command, Path pidFile, Path logFile) throws IOException {
        boolean windows = NatsBinary.isWindows();
        List<String> line = new ArrayList<>();
        if (!windows) {
            line.addAll(List.of("/bin/sh", "-c", WATCHDOG, "nats-server-watchdog", pidFile.toString()));
        }
        line.addAll(command);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
        if (windows) {
            Files.writeString(pidFile, Long.toString(process.pid()));
        }
        return new ServerProcess(process, pidFile, windows);
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it ends; returns whether it has. */
    boolean awaitExit(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The server's process id, or -1 if it is not known yet. */
    long pid() {
        ProcessHandle handle = handle();
        return handle == null ? -1 : handle.pid();
    }

    /**
     * Has it read its configuration again.
     *
     * @param binary the server's program, which tells a running one
     * @throws IOException if that is in vain
     */
    void reload(Path binary) throws IOException, InterruptedException {
        Process teller = new ProcessBuilder(binary.toString(), "--signal", "reload=" + pid())
                .redirectErrorStream(true)
                .start();
        String said = new String(teller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (teller.waitFor() != 0) {
            throw new IOException("nats-server could not be told to read its configuration again: " + said.trim());
        }
    }

    /** Asks it to end, kills it if it has not within the time, and returns when it has ended. */
    void stop(Duration patience) throws InterruptedException {
        ProcessHandle handle = handle();
        if (handle != null) {
            handle.destroy();
        } else {
            closePipe();
        }
        if (!awaitExit(patience)) {
            ProcessHandle remaining = handle();
            if (remaining != null) {
                remaining.destroyForcibly();
            }
            process.destroyForcibly();
            process.waitFor();
        }
        if (hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the JVM is ending, and the hook has nothing to do any more
                return;
            }
        }
    }

    private void closePipe() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroy();
        }
    }

    private @Nullable ProcessHandle handle() {
        ProcessHandle known = server;
        if (known == null && process.isAlive() && Files.exists(pidFile)) {
            try {
                known = ProcessHandle.of(
                                Long.parseLong(Files.readString(pidFile).trim()))
                        .orElse(null);
                server = known;
            } catch (IOException | NumberFormatException e) {
                return null;
            }
        }
        return known;
    }
}
