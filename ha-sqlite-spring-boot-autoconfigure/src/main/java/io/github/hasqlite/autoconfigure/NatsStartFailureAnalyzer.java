package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.nats.JetStreamUnavailableException;
import io.github.hasqlite.nats.NatsAuthenticationException;
import io.github.hasqlite.nats.NatsCredentialsException;
import io.github.hasqlite.nats.NatsStartException;
import io.github.hasqlite.nats.NatsUnreachableException;
import io.github.hasqlite.nats.StreamConflictException;
import io.github.hasqlite.nats.TooFewServersException;
import io.github.hasqlite.nats.server.InsecureListenerException;
import io.github.hasqlite.nats.server.NatsBinaryNotFoundException;
import io.github.hasqlite.nats.server.NatsServerFailedException;
import io.github.hasqlite.nats.server.PortInUseException;
import io.github.hasqlite.nats.server.StoreInUseException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why replication over NATS cannot start: the exceptions say what is wrong, this adds which
 * properties mend it.
 */
final class NatsStartFailureAnalyzer extends AbstractFailureAnalyzer<NatsStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NatsStartException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), action(cause), cause);
    }

    private static String action(NatsStartException cause) {
        if (cause instanceof NatsBinaryNotFoundException
                || cause instanceof PortInUseException
                || cause instanceof StoreInUseException
                || cause instanceof InsecureListenerException
                || cause instanceof NatsServerFailedException) {
            return embeddedAction(cause);
        }
        if (cause instanceof NatsAuthenticationException || cause instanceof NatsCredentialsException) {
            return "Set either ha.sqlite.nats.user and ha.sqlite.nats.password, or ha.sqlite.nats.token, or"
                    + " ha.sqlite.nats.nkey, or ha.sqlite.nats.credentials to what the server knows this node by. An"
                    + " embedded server on another node knows its ha.sqlite.nats.embedded.user.";
        }
        if (cause instanceof JetStreamUnavailableException) {
            return "Start nats-server with the option -js or a jetstream block in its configuration, and enable"
                    + " JetStream for this node's account.";
        }
        if (cause instanceof TooFewServersException few) {
            return "Set ha.sqlite.replicas to less than " + few.replicas()
                    + ": 1 for a single server, at most the number of servers with JetStream in a cluster.";
        }
        if (cause instanceof StreamConflictException conflict) {
            return "Set ha.sqlite.stream to another name than " + conflict.stream()
                    + ", the same on all nodes, or change or delete the stream that is there.";
        }
        if (cause instanceof NatsUnreachableException) {
            return "Start a nats-server there, or correct ha.sqlite.replication-url. If it speaks TLS, begin the URL"
                    + " with tls:// or set ha.sqlite.nats.ssl.bundle.";
        }
        return "Correct what the description names.";
    }

    private static String embeddedAction(NatsStartException cause) {
        if (cause instanceof NatsBinaryNotFoundException missing) {
            return missing.configured() != null
                    ? "Correct ha.sqlite.nats.embedded.binary, or leave it out to have the program looked for."
                    : "Install nats-server, for example with the package manager, or set"
                            + " ha.sqlite.nats.embedded.binary to its path. To use a server that runs elsewhere, set"
                            + " ha.sqlite.replication-url instead of ha.sqlite.nats.embedded.enabled.";
        }
        if (cause instanceof PortInUseException taken) {
            return "End the program that listens on port " + taken.port()
                    + ", or set ha.sqlite.nats.embedded.port to another one. If it is a NATS server that this node should"
                    + " use, set ha.sqlite.replication-url instead of ha.sqlite.nats.embedded.enabled.";
        }
        if (cause instanceof StoreInUseException) {
            return "End the other application, or set ha.sqlite.nats.embedded.store-dir to a folder of this node's own.";
        }
        if (cause instanceof InsecureListenerException) {
            return "Set ha.sqlite.nats.embedded.user and ha.sqlite.nats.embedded.password, or leave"
                    + " ha.sqlite.nats.embedded.host at 127.0.0.1.";
        }
        return "Look at the server's last words, and at ha.sqlite.nats.embedded.store-dir and"
                + " ha.sqlite.nats.embedded.config-file.";
    }
}
