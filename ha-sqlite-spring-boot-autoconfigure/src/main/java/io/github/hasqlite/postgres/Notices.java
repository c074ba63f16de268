package io.github.hasqlite.postgres;

/** Tells a client what it should know although nothing has failed. Used by one thread at a time. */
final class Notices {

    private final SessionSettings settings;
    private final ClientOutput output;

    Notices(SessionSettings settings, ClientOutput output) {
        this.settings = settings;
        this.output = output;
    }

    /** Something that the client hardly meant; nothing if it wants to hear errors only. */
    void warn(String state, String message) {
        if (!"error".equalsIgnoreCase(settings.find("client_min_messages"))) {
            ErrorReport.notice(output.writer(), "WARNING", state, message);
        }
    }
}
