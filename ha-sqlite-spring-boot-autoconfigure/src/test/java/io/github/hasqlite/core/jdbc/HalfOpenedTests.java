package io.github.hasqlite.core.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.capture.SchemaCatalog;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.commit.Transport;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import io.github.hasqlite.core.sqlite.WriteLock;
import io.github.hasqlite.testing.MemoryStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be opened to the end leaves neither connections nor threads behind. */
@EnabledOnOs(OS.LINUX)
class HalfOpenedTests {

    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    @TempDir
    Path folder;

    private PoolSettings settings;

    @BeforeEach
    void settings() {
        settings = PoolSettings.of(folder.resolve("app.db").toString())
                .with(to -> to.name(folder.getFileName().toString()));
    }

    @Test
    void aDataSourceWithoutReaders() throws Exception {
        assertThatThrownBy(() -> dataSource(settings.with(to -> to.readers(0)), new RecordingLog()))
                .isInstanceOf(IllegalArgumentException.class);
        assertNothingIsLeft();
    }

    @Test
    void aConnectionWhoseLogCannotBeOpened() throws Exception {
        assertThatThrownBy(() -> dataSource(settings, new BrokenLog())).hasMessageContaining("no log");
        assertNothingIsLeft();
    }

    @Test
    void aConnectionWithoutItsExtension() throws Exception {
        assertThatThrownBy(() -> dataSource(settings.with(to -> to.extensions(List.of("missing"))), new RecordingLog()))
                .hasMessageContaining("missing");
        assertNothingIsLeft();
    }

    @Test
    void aNode() throws Exception {
        MemoryStream stream = new MemoryStream();
        assertThatThrownBy(() -> ReplicationNode.replicating(
                                NodeSettings.of("n1", settings.with(to -> to.readers(0))),
                                Transport.of(stream.publisher(), stream.subscriber()))
                        .start())
                .isInstanceOf(IllegalArgumentException.class);
        assertNothingIsLeft();
    }

    private static ReplicatingDataSource dataSource(PoolSettings settings, CommitLog log) {
        return ReplicatingDataSource.open(
                settings,
                false,
                new WriteLock(NodeRuntime.ofJvm(), 5_000),
                new SchemaCatalog(),
                log,
                KeySettings.SQLITE_COUNTS,
                new NoReplication());
    }

    private void assertNothingIsLeft() throws IOException {
        assertThat(openFiles()).isEmpty();
        // threads of pools have the name of their pool; they have been told to end
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.contains(settings.name())));
    }

    private List<Path> openFiles() throws IOException {
        List<Path> files = new ArrayList<>();
        Path real = folder.toRealPath();
        try (Stream<Path> descriptors = Files.list(OPEN_FILES)) {
            for (Path descriptor : descriptors.toList()) {
                Path file = target(descriptor);
                if (file.startsWith(real)) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    /** Descriptors of other threads come and go. */
    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return descriptor;
        }
    }

    private static final class BrokenLog implements CommitLog {

        @Override
        public Appender open(Connection connection) throws SQLException {
            throw new SQLException("no log");
        }
    }
}
