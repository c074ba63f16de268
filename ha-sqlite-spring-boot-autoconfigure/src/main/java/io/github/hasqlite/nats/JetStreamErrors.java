package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;

/** What JetStream's error numbers mean here. From {@code server/errors.json} of nats-server. */
final class JetStreamErrors {

    static final int NOT_FOUND = 404;

    /** A stream of that name exists with another configuration. */
    static final int NAME_IN_USE = 10058;

    /** The stream's last sequence is not the expected one. */
    private static final int WRONG_LAST_SEQUENCE = 10071;

    /** The same, from a server that does not know the number yet: something is on its way into the stream. */
    private static final int WRONG_LAST_SEQUENCE_IN_FLIGHT = 10164;

    private static final int NOT_ENABLED_FOR_ACCOUNT = 10039;
    private static final int NOT_ENABLED = 10076;
    private static final int REPLICAS_NEED_A_CLUSTER = 10074;
    private static final int NO_SUITABLE_PEERS = 10005;
    /** Another stream has the subject; also what a server says while somebody else creates the same stream. */
    static final int SUBJECTS_OVERLAP = 10065;

    private static final int CLUSTER_UNAVAILABLE = 10008;
    private static final int NO_LEADER = 10009;
    private static final int INSUFFICIENT_RESOURCES = 10023;

    private JetStreamErrors() {}

    /** Throws the exception for an error that nobody but the operator can mend; otherwise returns. */
    static void throwStartException(JetStreamApiException e, NatsSettings settings) {
        switch (e.getApiErrorCode()) {
            case NOT_ENABLED, NOT_ENABLED_FOR_ACCOUNT ->
                throw new NatsStartException(
                        new NatsStartException.NoJetStream(settings.maskedServers(), e.getErrorDescription()), e);
            case REPLICAS_NEED_A_CLUSTER, NO_SUITABLE_PEERS -> throw tooFewServers(e, settings);
            case INSUFFICIENT_RESOURCES -> {
                if (settings.replicas() > 1) {
                    throw tooFewServers(e, settings);
                }
            }
            case SUBJECTS_OVERLAP ->
                throw new NatsStartException(
                        new NatsStartException.StreamConflict(
                                settings.maskedServers(),
                                settings.stream(),
                                settings.subject(),
                                e.getErrorDescription()),
                        e);
            default -> {}
        }
    }

    /** Whether there are not as many servers as replicas were asked for. */
    static boolean isTooFewServers(JetStreamApiException e) {
        return switch (e.getApiErrorCode()) {
            case REPLICAS_NEED_A_CLUSTER, NO_SUITABLE_PEERS, INSUFFICIENT_RESOURCES -> true;
            default -> false;
        };
    }

    /** Whether it passes by itself: an election, or a server that has just come back. */
    static boolean isTransient(JetStreamApiException e) {
        return e.getApiErrorCode() == CLUSTER_UNAVAILABLE
                || e.getApiErrorCode() == NO_LEADER
                || e.getErrorCode() == 503;
    }

    private static NatsStartException tooFewServers(JetStreamApiException e, NatsSettings settings) {
        return new NatsStartException(
                new NatsStartException.TooFewServers(
                        settings.maskedServers(), settings.stream(), settings.replicas(), e.getErrorDescription()),
                e);
    }

    /** Whether the stream has another last message than the one that was expected. */
    static boolean isWrongLastSequence(JetStreamApiException e) {
        return e.getApiErrorCode() == WRONG_LAST_SEQUENCE || e.getApiErrorCode() == WRONG_LAST_SEQUENCE_IN_FLIGHT;
    }
}
