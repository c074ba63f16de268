package io.github.hasqlite.nats;

import java.io.IOException;
import java.time.Duration;

/** Links that give up after half a second. */
abstract class BriefLinks {

    static final Duration BRIEF = Duration.ofMillis(500);

    static void connects(NatsSettings settings) {
        try (NatsLink link = new NatsLink(settings)) {
            link.connect();
            new ReplicationStream(link).ensure();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static String stackTrace(Throwable e) {
        java.io.StringWriter text = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }
}
