package io.github.hasqlite.nats;

import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.SnapshotStoreContract;
import io.github.hasqlite.testing.NatsServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The object store of a real server is a snapshot store; every test has a database of its own in it. */
@Tag("nats")
class JetStreamSnapshotStoreContractTests extends SnapshotStoreContract {

    private static NatsServer server;
    private static int tests;

    @BeforeAll
    static void start() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void nextDatabase() {
        tests++;
    }

    @Override
    protected SnapshotStore open() {
        return JetStreamSnapshotStore.open(server.settings("db" + tests));
    }
}
