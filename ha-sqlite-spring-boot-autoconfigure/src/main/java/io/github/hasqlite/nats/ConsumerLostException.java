package io.github.hasqlite.nats;

/** A consumer is gone or in doubt: another one has to go on from the last message that was delivered. */
final class ConsumerLostException extends Exception {

    private static final long serialVersionUID = 1L;

    ConsumerLostException(String reason) {
        super(reason);
    }
}
