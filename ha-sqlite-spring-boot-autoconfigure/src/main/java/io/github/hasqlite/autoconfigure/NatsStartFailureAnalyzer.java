package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.nats.NatsStartException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why replication over NATS cannot start: the exception says what is wrong, this adds which
 * properties mend it.
 */
final class NatsStartFailureAnalyzer extends AbstractFailureAnalyzer<NatsStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NatsStartException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), action(cause.reason()), cause);
    }

    /** What mends it. */
    static String action(NatsStartException.Reason reason) {
        if (reason instanceof NatsStartException.Unauthenticated
                || reason instanceof NatsStartException.UnreadableCredentials) {
            return "Set either ha.sqlite.nats.user and ha.sqlite.nats.password, or ha.sqlite.nats.token, or"
                    + " ha.sqlite.nats.nkey, or ha.sqlite.nats.credentials to what the server knows this node by. An"
                    + " embedded server on another node knows its ha.sqlite.nats.embedded.user.";
        }
        if (reason instanceof NatsStartException.NoJetStream) {
            return "Start nats-server with the option -js or a jetstream block in its configuration, and enable"
                    + " JetStream for this node's account.";
        }
        if (reason instanceof NatsStartException.TooFewServers few) {
            return "Set ha.sqlite.replicas to less than " + few.replicas()
                    + ": 1 for a single server, at most the number of servers with JetStream in a cluster.";
        }
        if (reason instanceof NatsStartException.StreamConflict conflict) {
            return "Set ha.sqlite.stream to another name than " + conflict.stream()
                    + ", the same on all nodes, or change or delete the stream that is there.";
        }
        if (reason instanceof NatsStartException.Unreachable) {
            return "Start a nats-server there, or correct ha.sqlite.replication-url. If it speaks TLS, begin the URL"
                    + " with tls:// or set ha.sqlite.nats.ssl.bundle.";
        }
        return embeddedAction(reason);
    }

    private static String embeddedAction(NatsStartException.Reason reason) {
        if (reason instanceof NatsStartException.ProgramMissing missing) {
            return missing.configured() != null
                    ? "Correct ha.sqlite.nats.embedded.binary, or leave it out to have the program looked for."
                    : "Install nats-server, for example with the package manager, or set"
                            + " ha.sqlite.nats.embedded.binary to its path. To use a server that runs elsewhere, set"
                            + " ha.sqlite.replication-url instead of ha.sqlite.nats.embedded.enabled.";
        }
        if (reason instanceof NatsStartException.PortInUse taken) {
            return "End the program that listens on port " + taken.port()
                    + ", or set ha.sqlite.nats.embedded.port to another one. If it is a NATS server that this node should"
                    + " use, set ha.sqlite.replication-url instead of ha.sqlite.nats.embedded.enabled.";
        }
        if (reason instanceof NatsStartException.StoreInUse) {
            return "End the other application, or set ha.sqlite.nats.embedded.store-dir to a folder of this node's own.";
        }
        if (reason instanceof NatsStartException.InsecureListener) {
            return "Set ha.sqlite.nats.embedded.user and ha.sqlite.nats.embedded.password, or leave"
                    + " ha.sqlite.nats.embedded.host at 127.0.0.1.";
        }
        if (reason instanceof NatsStartException.InsecureRoutes) {
            return "Set ha.sqlite.nats.embedded.cluster.user and ha.sqlite.nats.embedded.cluster.password, the same on all"
                    + " nodes, or leave ha.sqlite.nats.embedded.cluster.host at 127.0.0.1.";
        }
        if (reason instanceof NatsStartException.TooOldForCluster) {
            return "Install a newer nats-server, or set ha.sqlite.nats.embedded.binary to the path of one. Without"
                    + " ha.sqlite.nats.embedded.cluster this server can be used alone.";
        }
        if (reason instanceof NatsStartException.ClusterIncomplete) {
            return "Start the other nodes, in any order, and check ha.sqlite.nats.embedded.cluster.routes: it names where"
                    + " their servers listen for each other. ha.sqlite.bootstrap.timeout says how long a node waits.";
        }
        return "Look at the server's last words, and at ha.sqlite.nats.embedded.store-dir and"
                + " ha.sqlite.nats.embedded.config-file.";
    }
}
