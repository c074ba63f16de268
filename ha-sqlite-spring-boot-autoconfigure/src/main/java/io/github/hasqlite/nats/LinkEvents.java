package io.github.hasqlite.nats;

import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens to the client library: passes state changes on, keeps the last error, logs without secrets. */
final class LinkEvents implements ConnectionListener, ErrorListener {

    private static final Logger log = LoggerFactory.getLogger(NatsLine.class);

    private final NatsLine link;
    private volatile @Nullable Exception lastException;
    private volatile @Nullable String lastError;
    private volatile boolean unreachableLogged;

    LinkEvents(NatsLine link) {
        this.link = link;
    }

    @Nullable
    Exception lastException() {
        return lastException;
    }

    /** What went wrong last since it was connected, without secrets; {@code null} if nothing is known. */
    @Nullable
    String lastReason() {
        Exception reason = lastException;
        if (reason != null) {
            return text(reason);
        }
        String said = lastError;
        return said == null ? null : "the server said: " + MaskedUrl.mask(said);
    }

    /** What went wrong, for people, without secrets. */
    static String text(Throwable failure) {
        String message = failure.getMessage();
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            return "the host is not known" + (message == null ? "" : ": " + MaskedUrl.mask(message));
        }
        return MaskedUrl.mask(message == null ? failure.toString() : message);
    }

    /** Says once, until connected again, that no server can be reached. */
    void logUnreachable() {
        if (!unreachableLogged) {
            unreachableLogged = true;
            Exception reason = lastException;
            log.warn(
                    "Cannot reach NATS at {}, trying on: {}",
                    link.settings().maskedServers(),
                    reason == null ? "no answer" : text(reason));
        }
    }

    @Override
    @Deprecated
    public void connectionEvent(Connection connection, Events event) {
        if (event == Events.CONNECTED || event == Events.RESUBSCRIBED) {
            unreachableLogged = false;
            lastException = null;
            lastError = null;
        }
        link.changed(connection, event);
    }

    @Override
    public void errorOccurred(Connection connection, String error) {
        lastError = error;
        log.debug("NATS server said: {}", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception exception) {
        lastException = exception;
        log.debug("NATS connection: {}", MaskedUrl.mask(String.valueOf(exception)));
    }

    @Override
    public void slowConsumerDetected(Connection connection, Consumer consumer) {
        // the publisher leaves acknowledgements in their queue on purpose; the subscriber asks only
        // for what it has room for, and notices a message that is missing
        log.trace("NATS client dropped messages");
    }

    @Override
    public void messageDiscarded(Connection connection, Message message) {
        log.debug("NATS client discarded a message of {} bytes", message.getData().length);
    }
}
