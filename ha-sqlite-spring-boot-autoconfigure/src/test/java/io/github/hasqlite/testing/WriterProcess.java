package io.github.hasqlite.testing;

import io.github.hasqlite.CommitMode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link WriterMain} in a process of its own, to be killed and started again. */
public final class WriterProcess implements AutoCloseable {

    private final NatsServer server;
    private final Path folder;
    private final String name;
    private final CommitMode mode;
    private final AtomicLong acknowledged = new AtomicLong();
    private Process process;
    private Thread reader;
    private CountDownLatch ready = new CountDownLatch(1);

    /** A process that does not run yet. */
    public WriterProcess(NatsServer server, Path folder, String name, CommitMode mode) {
        this.server = server;
        this.folder = folder;
        this.name = name;
        this.mode = mode;
    }

    public Path file() {
        return folder.resolve(name + ".db");
    }

    /** The newest transaction whose commit has returned. */
    public long acknowledged() {
        return acknowledged.get();
    }

    /** Starts it, without waiting. */
    public void start() {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx192m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            WriterMain.class.getName(),
                            server.url(),
                            file().toString(),
                            name,
                            mode.name())
                    .redirectError(ProcessBuilder.Redirect.appendTo(errors().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        CountDownLatch becomesReady = new CountDownLatch(1);
        ready = becomesReady;
        Process started = process;
        reader = new Thread(() -> read(started, becomesReady), "reader of " + name);
        reader.start();
    }

    private void read(Process started, CountDownLatch becomesReady) {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("ack ")) {
                    acknowledged.set(Long.parseLong(line.substring(4)));
                } else if (line.equals("ready")) {
                    becomesReady.countDown();
                }
            }
        } catch (IOException | NumberFormatException e) {
            // killed in the middle of a line
        }
    }

    /** Waits until it writes. Fails if it ends instead. */
    public void awaitReady() throws InterruptedException {
        for (int i = 0; i < 600; i++) {
            if (ready.await(100, TimeUnit.MILLISECONDS)) {
                return;
            }
            requireAlive();
        }
        throw new AssertionError(name + " is not ready:\n" + output());
    }

    /** Fails if it ended by itself. */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new AssertionError(name + " ended by itself:\n" + output());
        }
    }

    private String output() {
        try {
            String all = Files.readString(errors());
            return all.substring(Math.max(0, all.length() - 5_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path errors() {
        return folder.resolve(name + ".log");
    }

    /** Kills it, as {@code kill -9} does, and waits until all that it said was heard. */
    public void kill9() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill9();
        }
    }
}
