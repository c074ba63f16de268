package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the streams of a cluster of embedded servers as many replicas as there are servers for, up to what is wanted.
 * Servers come one after the other when a cluster is begun, and a stream cannot have more replicas than there are
 * servers just then: so it begins with fewer, and gets more later. Replicas are never taken away.
 */
final class ReplicaGrowth implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplicaGrowth.class);

    /** While a stream has fewer replicas than are wanted. */
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Streams beside the one of the change sets are made when they are needed first. */
    private static final Duration LATER = Duration.ofSeconds(10);

    private final NatsLink link;
    private final NatsSettings settings;
    private final Thread thread;

    /** Looks after the streams of a link's settings from {@link #start} on. */
    ReplicaGrowth(NatsLink link) {
        this.link = link;
        this.settings = link.settings();
        thread = new Thread(this::watch, "ha-sqlite-nats-replicas");
        thread.setDaemon(true);
    }

    void start() {
        if (settings.ownServer() && settings.replicas() > 1) {
            thread.start();
        }
    }

    /**
     * Makes a stream with as many of the wanted replicas as there are servers for.
     *
     * @throws JetStreamApiException if it cannot be made, or not with all replicas where that is not allowed
     */
    static StreamInfo create(NatsSettings settings, JetStreamManagement management, StreamConfiguration wanted)
            throws IOException, JetStreamApiException {
        for (int replicas = wanted.getReplicas(); ; replicas--) {
            try {
                return management.addStream(
                        StreamConfiguration.builder(wanted).replicas(replicas).build());
            } catch (JetStreamApiException e) {
                if (!settings.ownServer() || replicas == 1 || !JetStreamErrors.isTooFewServers(e)) {
                    throw e;
                }
            }
        }
    }

    private void watch() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep((isComplete() ? LATER : SOON).toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("The link is being closed");
        }
    }

    /** Raises what can be raised; whether nothing is left to do for now. */
    private boolean isComplete() {
        int most = settings.replicas();
        boolean complete = true;
        try {
            JetStreamManagement management = link.connection().jetStreamManagement();
            for (StreamInfo info : management.getStreams()) {
                StreamConfiguration configuration = info.getConfiguration();
                if (isOurs(configuration.getName())) {
                    most = raise(management, configuration, most);
                    complete &= configuration.getReplicas() >= settings.replicas();
                }
            }
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            log.debug("Could not look at the replicas of streams", e);
            return false;
        }
        return complete;
    }

    private boolean isOurs(String name) {
        return name.equals(settings.stream())
                || name.startsWith(settings.stream() + "_")
                || name.startsWith("OBJ_" + settings.stream() + "_")
                || name.startsWith("KV_" + settings.stream() + "_");
    }

    /**
     * Gives a stream more replicas.
     *
     * @param most how many there may be servers for
     * @return the same, if there are fewer
     */
    private int raise(JetStreamManagement management, StreamConfiguration configuration, int most) throws IOException {
        int servers = most;
        for (int replicas = most; replicas > configuration.getReplicas(); replicas--) {
            try {
                management.updateStream(StreamConfiguration.builder(configuration)
                        .replicas(replicas)
                        .build());
                log.info(
                        "Raised the replicas of stream '{}' from {} to {}",
                        configuration.getName(),
                        configuration.getReplicas(),
                        replicas);
                break;
            } catch (JetStreamApiException e) {
                log.debug("Stream '{}' cannot have {} replicas yet", configuration.getName(), replicas, e);
                if (JetStreamErrors.isTooFewServers(e)) {
                    servers = replicas - 1;
                }
            }
        }
        return servers;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
