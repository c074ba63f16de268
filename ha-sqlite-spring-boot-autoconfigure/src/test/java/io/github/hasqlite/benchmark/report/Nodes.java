package io.github.hasqlite.benchmark.report;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Nodes of one cluster, in this process. */
final class Nodes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<TestNode> all = new ArrayList<>();

    /**
     * Opens them.
     *
     * @param prefix of their names, and the stream's name
     */
    Nodes(Servers.Running servers, Path folder, String prefix, CommitMode mode, int count) {
        for (int i = 0; i < count; i++) {
            all.add(TestNode.openWith(
                    servers.url(),
                    folder.resolve(prefix + i + ".db"),
                    prefix + i,
                    settings -> settings.with(to -> to.commitMode(mode).publisherTimeout(PATIENCE)),
                    UnaryOperator.identity(),
                    stream -> stream.with(to -> to.stream(prefix)
                            .subject(prefix + ".rows")
                            .replicas(servers.replicas())
                            .publishTimeout(PATIENCE))));
        }
    }

    TestNode first() {
        return all.get(0);
    }

    TestNode last() {
        return all.get(all.size() - 1);
    }

    /** Waits until all have what the first has committed. */
    void settle() {
        while (first().status().outboxLength() > 0) {
            Thread.onSpinWait();
        }
        all.forEach(node -> first().awaitAppliedOn(node));
    }

    @Override
    public void close() {
        all.forEach(TestNode::close);
    }
}
