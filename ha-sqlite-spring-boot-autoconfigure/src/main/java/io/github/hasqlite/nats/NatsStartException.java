package io.github.hasqlite.nats;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replication cannot start. Its {@link #reason()} is one of a closed choice and carries what an
 * explanation needs; the message says what was attempted, on what, and what to do.
 */
public final class NatsStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    /**
     * Creates the exception, with the reason's words.
     *
     * @param cause what was thrown below, or {@code null}
     */
    public NatsStartException(Reason reason, @Nullable Throwable cause) {
        super(reason.message(), cause);
        this.reason = reason;
    }

    /** Why it cannot start. */
    public Reason reason() {
        return reason;
    }

    /** Why replication cannot start. Where a reason names servers, their URLs are without user info. */
    public sealed interface Reason {

        /** What was attempted, on what, and what to do: whole sentences, without secrets. */
        String message();
    }

    /**
     * No server answered, or the one that did does not speak as expected (TLS against plain).
     *
     * @param waited how long it was tried
     * @param detail what the client library said, without user info; {@code null} if nothing
     */
    public record Unreachable(
            String servers, Duration waited, @Nullable String detail) implements Reason {
        @Override
        public String message() {
            return "Could not connect to NATS at " + servers + " within " + waited.toMillis() + " ms"
                    + (detail == null ? "" : ": " + detail) + ". Start a nats-server there or correct the URL.";
        }
    }

    /**
     * A server answered and refused this node's credentials, or the lack of them.
     *
     * @param credentials of which kind they were, and whose
     */
    public record Unauthenticated(String servers, String credentials) implements Reason {
        @Override
        public String message() {
            return "NATS at " + servers + " refused to authenticate this node (" + credentials
                    + "). Correct the user and password, token, nkey or credentials file.";
        }
    }

    /**
     * The configured credentials cannot be read: the file is missing, or holds no JWT and seed.
     *
     * @param message which, and what is wrong with them
     */
    public record UnreadableCredentials(String message) implements Reason {}

    /**
     * The server answers but has no JetStream: it was started without it, or the account may not use it.
     *
     * @param detail which of them
     */
    public record NoJetStream(String servers, String detail) implements Reason {
        @Override
        public String message() {
            return "NATS at " + servers + " has no JetStream for this node: " + detail
                    + ". Start nats-server with -js or a jetstream block in its configuration,"
                    + " and enable JetStream for the account.";
        }
    }

    /**
     * More replicas are configured than there are JetStream servers to hold them.
     *
     * @param stream the stream's name
     * @param replicas how many were asked for
     * @param detail what the server said; {@code null} if nothing
     */
    public record TooFewServers(
            String servers,
            String stream,
            int replicas,
            @Nullable String detail) implements Reason {
        @Override
        public String message() {
            return "Stream '" + stream + "' cannot have " + replicas + " replicas at " + servers
                    + (detail == null ? "" : " (" + detail + ")")
                    + ". Configure no more replicas than the NATS cluster has servers with JetStream.";
        }
    }

    /**
     * The stream cannot be used or created as configured: it exists for something else, or overlaps.
     *
     * @param stream the stream's name
     * @param subject the subject on which this node publishes
     * @param detail what is in the way
     */
    public record StreamConflict(String servers, String stream, String subject, String detail) implements Reason {
        @Override
        public String message() {
            return "Stream '" + stream + "' at " + servers + " cannot carry the subject '" + subject + "': " + detail
                    + ". Choose another stream name, or change or delete the one that is there.";
        }
    }

    /**
     * There is no nats-server program to run, or the configured one is not one.
     *
     * @param configured the path that was configured, or {@code null}
     * @param searched where it was looked for; empty if a path was configured
     */
    public record ProgramMissing(@Nullable Path configured, List<String> searched) implements Reason {

        public ProgramMissing {
            searched = List.copyOf(searched);
        }

        @Override
        public String message() {
            return configured != null
                    ? "There is no program at " + configured + ", configured as the nats-server to run."
                            + " Correct the path or leave it out to have one looked for."
                    : "No nats-server program found. Looked in " + String.join(", ", searched)
                            + ". Install nats-server 2.9 or later there, or configure its path.";
        }
    }

    /**
     * The embedded server cannot listen where it should.
     *
     * @param host the address
     * @param port the port that is taken
     */
    public record PortInUse(String host, int port) implements Reason {
        @Override
        public String message() {
            return "The embedded NATS server cannot listen on " + host + ":" + port
                    + ": another program does already. End it, or configure another port.";
        }
    }

    /** Another JVM, or another embedded server of this one, runs on the same store folder. */
    public record StoreInUse(Path storeDir) implements Reason {
        @Override
        public String message() {
            return "Another embedded NATS server runs on the folder " + storeDir
                    + ". Give each its own store folder, or end the other.";
        }
    }

    /**
     * The embedded server was to listen on an address that others can reach, without credentials.
     *
     * @param host the address
     */
    public record InsecureListener(String host) implements Reason {
        @Override
        public String message() {
            return "The embedded NATS server does not listen on " + host
                    + " without credentials: anybody who reaches it could change the database."
                    + " Configure a user and a password for it, or listen on 127.0.0.1.";
        }
    }

    /**
     * The embedded server was to listen for other servers on an address that others can reach, without credentials.
     *
     * @param host the address
     */
    public record InsecureRoutes(String host) implements Reason {
        @Override
        public String message() {
            return "The embedded NATS server does not listen for other servers on " + host
                    + " without credentials: anybody who reaches it could join the cluster and change the database."
                    + " Configure a user and a password for the routes, or listen on 127.0.0.1.";
        }
    }

    /**
     * The embedded server is too old to form a cluster.
     *
     * @param version what it is
     */
    public record TooOldForCluster(String version) implements Reason {
        @Override
        public String message() {
            return "nats-server " + version + " does not form a cluster here: replicated streams of servers before "
                    + ServerVersion.FIRST_FOR_CLUSTER + " lose messages. Install " + ServerVersion.RECOMMENDED
                    + " or later.";
        }
    }

    /**
     * The servers that the embedded one forms a cluster with did not become enough to store anything.
     *
     * @param situation who is there and what is in the way
     * @param waited how long it was waited
     */
    public record ClusterIncomplete(String situation, Duration waited) implements Reason {
        @Override
        public String message() {
            return situation + ". It was waited for " + waited.toSeconds()
                    + " s. This node's database is new and needs the stream once, to learn what is there already.";
        }
    }

    /**
     * The embedded server was started and ended by itself, or did not become ready in time.
     *
     * @param problem which of them
     * @param logTail the last lines of the server's log; may be empty
     */
    public record ServerFailed(String problem, String logTail) implements Reason {
        @Override
        public String message() {
            return logTail.isEmpty() ? problem : problem + " Its last words:\n" + logTail;
        }
    }
}
