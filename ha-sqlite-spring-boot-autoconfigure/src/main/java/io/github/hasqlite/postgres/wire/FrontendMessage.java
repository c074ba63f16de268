package io.github.hasqlite.postgres.wire;

/**
 * A message of a client.
 *
 * @param type the protocol's letter for it; {@link #STARTUP} for those at the start of a connection, which have none
 * @param body what follows its length
 */
@SuppressWarnings("ArrayRecordComponent")
public record FrontendMessage(char type, byte[] body) {

    /** Startup, a request for encryption, or for cancellation. */
    public static final char STARTUP = '\0';

    /** Of no client: wakes who has something to tell it. No letter of the protocol is that large. */
    public static final char WAKE = '\uFFFF';

    /** Reads the body from its beginning. */
    public MessageReader reader() {
        return new MessageReader(body);
    }

    @Override
    public String toString() {
        return "FrontendMessage[type=" + (type == STARTUP ? "startup" : type) + ", " + body.length + " bytes]";
    }
}
