package io.github.hasqlite.nats;

import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.github.hasqlite.nats.server.EmbeddedNatsSettings;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;

/** A JVM with an embedded server, to be killed. */
public final class EmbeddedNatsServerMain {

    private EmbeddedNatsServerMain() {}

    public static void main(String[] args) throws Exception {
        EmbeddedNatsServer server = EmbeddedNatsServer.start(EmbeddedNatsSettings.of("doomed", 0, Path.of(args[0]))
                .with(to -> to.binary(NatsServer.program()).configFile(null)));
        System.out.println("pid " + server.pid());
        Thread.currentThread().join();
    }
}
