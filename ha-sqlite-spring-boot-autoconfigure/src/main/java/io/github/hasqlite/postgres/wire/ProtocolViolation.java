package io.github.hasqlite.postgres.wire;

import java.sql.SQLException;

/** What a client has sent is not the protocol; its connection ends. */
public final class ProtocolViolation extends SQLException {

    private static final long serialVersionUID = 1L;

    public ProtocolViolation(String message) {
        super(message, "08P01");
    }
}
