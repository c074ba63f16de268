package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import java.io.IOException;
import java.util.List;

/**
 * By what one knows that Go nodes take part: each has a durable consumer for the database's subject, which
 * acknowledges every message. Nodes of this project have none.
 */
final class GoConsumers {

    private GoConsumers() {}

    /** Their names. */
    static List<String> of(Connection connection, NatsSettings settings) throws IOException, JetStreamApiException {
        return connection.jetStreamManagement().getConsumers(settings.stream()).stream()
                .filter(consumer -> isOne(consumer, settings.subject()))
                .map(ConsumerInfo::getName)
                .toList();
    }

    private static boolean isOne(ConsumerInfo consumer, String subject) {
        ConsumerConfiguration configuration = consumer.getConsumerConfiguration();
        String durable = configuration.getDurable();
        return durable != null
                && !durable.isEmpty()
                && configuration.getAckPolicy() == AckPolicy.Explicit
                && subject.equals(configuration.getFilterSubject());
    }
}
