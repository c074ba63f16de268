package io.github.hasqlite.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams beside that of the change sets, which come into being when they are first needed. */
final class AuxiliaryStream {

    private static final Logger log = LoggerFactory.getLogger(AuxiliaryStream.class);

    private AuxiliaryStream() {}

    /**
     * Creates a stream unless one of its name is there, whatever its configuration. Any number of nodes may
     * do so at once.
     *
     * @return what the stream's leader says of it: its state was true at some moment after the call
     * @throws IOException if the servers cannot be reached, do not answer, have no JetStream, or are too few
     */
    static StreamInfo ensure(NatsLink link, StreamConfiguration configuration) throws IOException {
        String name = configuration.getName();
        try {
            return Election.outlast(
                    link,
                    "create or find stream '" + name + "'",
                    () -> findOrCreate(link.connection().jetStreamManagement(), configuration));
        } catch (NatsStartException forOperator) {
            throw new IOException("Could not create stream '" + name + "': " + forOperator.getMessage(), forOperator);
        }
    }

    private static StreamInfo findOrCreate(JetStreamManagement management, StreamConfiguration configuration)
            throws IOException, JetStreamApiException {
        try {
            return management.getStreamInfo(configuration.getName());
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != JetStreamErrors.NOT_FOUND) {
                throw e;
            }
        }
        try {
            StreamInfo created = management.addStream(configuration);
            log.info("Created stream '{}'", configuration.getName());
            return created;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != JetStreamErrors.NAME_IN_USE) {
                throw e;
            }
            // another node was faster and is configured differently
            return management.getStreamInfo(configuration.getName());
        }
    }
}
