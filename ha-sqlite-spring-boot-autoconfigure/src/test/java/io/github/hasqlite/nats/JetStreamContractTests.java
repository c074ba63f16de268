package io.github.hasqlite.nats;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetPublisherContract;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ChangeSetSubscriberContract;
import io.github.hasqlite.testing.NatsServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** A stream of a real server keeps what publishers and subscribers promise; every test has a stream of its own. */
@Tag("nats")
class JetStreamContractTests {

    private static NatsServer server;
    private static int tests;

    private final List<NatsReplication> connections = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = NatsServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void nextStream() {
        tests++;
    }

    @AfterEach
    void disconnect() {
        connections.forEach(NatsReplication::close);
    }

    private NatsReplication connect() {
        NatsReplication connection = NatsReplication.connect(server.settings("contract")
                .with(to -> to.stream("contract_" + tests).subject("contract_" + tests + ".db")));
        connections.add(connection);
        return connection;
    }

    @Nested
    class PublisherTests extends ChangeSetPublisherContract {

        @Override
        protected ChangeSetPublisher open() {
            return connect().publisher();
        }
    }

    @Nested
    class SubscriberTests extends ChangeSetSubscriberContract {

        private ChangeSetPublisher publisher;

        @Override
        protected ChangeSetSubscriber open() {
            return connect().subscriber();
        }

        @Override
        protected void store(byte[] message) throws Exception {
            if (publisher == null) {
                publisher = connect().publisher();
            }
            ChangeSet changeSet = new ChangeSet(
                    "n1", 1, "test.db", 1, "n1.contract.x", 1, 0, 0, List.of(Change.sql("SELECT 1", List.of())));
            publisher.publish(changeSet, message).get(60, TimeUnit.SECONDS);
        }

        @AfterEach
        void closePublisher() {
            if (publisher != null) {
                publisher.close();
            }
        }
    }
}
