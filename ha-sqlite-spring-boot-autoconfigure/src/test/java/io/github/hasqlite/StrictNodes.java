package io.github.hasqlite;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes in commit mode {@code strict}, serializable. */
@Tag("nats")
abstract class StrictNodes {

    @TempDir
    Path folder;

    NatsServer server;
    TestNode one;
    TestNode two;

    @BeforeEach
    void open() {
        server = NatsServer.start();
        one = TestNode.openStrict(server, folder.resolve("one.db"), "n1");
        two = TestNode.openStrict(server, folder.resolve("two.db"), "n2");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : new AutoCloseable[] {one, two, server}) {
            if (resource != null) {
                resource.close();
            }
        }
    }

    final void awaitBoth() {
        one.awaitAppliedOn(two);
        two.awaitAppliedOn(one);
    }
}
