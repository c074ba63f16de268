package io.github.hasqlite.postgres;

/**
 * What those who listen are told.
 *
 * @param pid of the connection that has said so; 0 for the change feed
 * @param channel as it was listened to
 * @param payload as it was given; may be empty
 */
record Notification(int pid, String channel, String payload) {

    /** What an object costs beside its texts, about. */
    private static final int OBJECT = 100;

    /** About how much memory it takes, in bytes. */
    int weight() {
        return OBJECT + channel.length() + payload.length();
    }
}
