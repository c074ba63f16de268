package io.github.hasqlite.nats;

import io.github.hasqlite.DigestExchange;
import io.github.hasqlite.DigestExchangeContract;
import io.github.hasqlite.testing.NatsServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A stream of a real server is a digest exchange; every test has a database of its own in it. */
@Tag("nats")
class JetStreamDigestExchangeContractTests extends DigestExchangeContract {

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
    protected DigestExchange open() {
        return JetStreamDigestExchange.open(server.settings("db" + tests));
    }
}
