package io.github.hasqlite.actuate;

import io.github.hasqlite.core.runtime.Tracing;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows change sets by observations. Only what is committed inside another observation, such as a request, is followed,
 * and only what carries a sampled trace is when it is applied. What a handler throws never reaches who commits or applies.
 */
final class ObservedTracing implements Tracing {

    private static final Logger logger = LoggerFactory.getLogger(ObservedTracing.class);

    static final String COMMIT = "ha.sqlite.traced.commit";
    static final String PUBLISH = "ha.sqlite.traced.publish";
    static final String APPLY = "ha.sqlite.traced.apply";

    /** W3C's: version, trace, span and flags, of which the last bit says whether it is sampled. */
    private static final String W3C = "traceparent";

    private static final String B3 = "b3";
    private static final String B3_SAMPLED = "x-b3-sampled";

    private final ObservationRegistry registry;
    private final KeyValues keys;

    /** Follows the change sets of one database. */
    ObservedTracing(ObservationRegistry registry, String node, String database) {
        this.registry = registry;
        this.keys = KeyValues.of("node", node, "database", database);
    }

    @Override
    public @Nullable Span commit() {
        Observation.Scope outer = registry.getCurrentObservationScope();
        if (outer == null) {
            return null;
        }
        Observation observation = Observation.NOOP;
        try {
            observation = Observation.createNotStarted(COMMIT, registry)
                    .contextualName("commit")
                    .lowCardinalityKeyValues(keys)
                    .start();
            if (observation.isNoop()) {
                return null;
            }
            return new Committing(registry, observation, outer, observation.openScope());
        } catch (RuntimeException e) {
            failed(e);
            registry.setCurrentObservationScope(outer);
            stop(observation, null);
            return null;
        }
    }

    /** A commit, inside of which its thread is. */
    private record Committing(
            ObservationRegistry registry, Observation observation, Observation.Scope outer, Observation.Scope scope)
            implements Span {

        @Override
        public void ended(@Nullable Throwable failure) {
            try {
                scope.close();
            } catch (RuntimeException e) {
                failed(e);
                registry.setCurrentObservationScope(outer);
            }
            stop(observation, failure);
        }
    }

    @Override
    public @Nullable Origin current() {
        Observation current = registry.getCurrentObservation();
        return current == null || current.isNoop() ? null : () -> sending(current);
    }

    private Sending sending(Observation parent) {
        Map<String, String> carrier = new HashMap<>();
        try {
            SenderContext<Map<String, String>> context = new SenderContext<>(
                    (to, name, value) -> {
                        if (to != null) {
                            to.put(name, value);
                        }
                    },
                    Kind.PRODUCER);
            context.setCarrier(carrier);
            context.setRemoteServiceName("nats");
            Observation observation = Observation.createNotStarted(PUBLISH, () -> context, registry)
                    .contextualName("publish")
                    .lowCardinalityKeyValues(keys)
                    .parentObservation(parent)
                    .start();
            Map<String, String> headers = isSampled(carrier) ? carrier : Map.of();
            return new Sent(observation, headers);
        } catch (RuntimeException e) {
            failed(e);
            return new Sent(Observation.NOOP, Map.of());
        }
    }

    /** Whether it makes sense that others follow it. */
    private static boolean isSampled(Map<String, String> headers) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String value = header.getValue();
            boolean unsampled = switch (header.getKey().toLowerCase(Locale.ROOT)) {
                case W3C -> isW3cUnsampled(value);
                case B3 -> value.equals("0") || value.endsWith("-0") || value.contains("-0-");
                case B3_SAMPLED -> value.equals("0");
                default -> false;
            };
            if (unsampled) {
                return false;
            }
        }
        return true;
    }

    private static boolean isW3cUnsampled(String value) {
        return !value.isEmpty() && Character.digit(value.charAt(value.length() - 1), 16) % 2 == 0;
    }

    @Override
    public @Nullable Span apply(long sequence, Map<String, String> headers, boolean own) {
        if (!isSampled(headers)) {
            return null;
        }
        try {
            ReceiverContext<Map<String, String>> context =
                    new ReceiverContext<>((from, name) -> from.get(name), Kind.CONSUMER);
            context.setCarrier(headers);
            context.setRemoteServiceName("nats");
            Observation observation = Observation.createNotStarted(APPLY, () -> context, registry)
                    .contextualName("apply")
                    .lowCardinalityKeyValues(keys)
                    .lowCardinalityKeyValue("own", Boolean.toString(own))
                    .highCardinalityKeyValue("sequence", Long.toString(sequence))
                    .start();
            return observation.isNoop() ? null : failure -> stop(observation, failure);
        } catch (RuntimeException e) {
            failed(e);
            return null;
        }
    }

    private static void stop(Observation observation, @Nullable Throwable failure) {
        try {
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private static void failed(RuntimeException e) {
        logger.warn("A handler of observations failed", e);
    }

    private record Sent(Observation observation, Map<String, String> headers) implements Sending {

        @Override
        public void ended(@Nullable Throwable failure) {
            stop(observation, failure);
        }
    }
}
