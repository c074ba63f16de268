package io.github.hasqlite.postgres;

import java.util.Locale;

/** Tells a client what it should know although nothing has failed. Used by one thread at a time. */
final class Notices {

    private final SessionSettings settings;
    private final ClientOutput output;

    Notices(SessionSettings settings, ClientOutput output) {
        this.settings = settings;
        this.output = output;
    }

    /** Something that the client may want to know; nothing if it wants to hear warnings or errors only. */
    void tell(String message) {
        String least = String.valueOf(settings.find("client_min_messages")).toLowerCase(Locale.ROOT);
        if (!least.equals("error") && !least.equals("warning")) {
            ErrorReport.notice(output.writer(), "NOTICE", "00000", message);
        }
    }

    /** Something that the client hardly meant; nothing if it wants to hear errors only. */
    void warn(String state, String message) {
        if (!"error".equalsIgnoreCase(settings.find("client_min_messages"))) {
            ErrorReport.notice(output.writer(), "WARNING", state, message);
        }
    }
}
