package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.wire.ScramExchange;
import io.github.hasqlite.postgres.wire.ScramVerifier;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Who may come in. Thread-safe. */
final class Login {

    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 18;

    private final SecureRandom random = new SecureRandom();
    private final @Nullable String user;
    private final @Nullable ScramVerifier verifier;

    /** What is asked of somebody who is not known, so that nobody can tell. */
    private final ScramVerifier decoy;

    Login(@Nullable String user, @Nullable String password) {
        this.user = user;
        verifier = password == null ? null : ScramVerifier.of(password, bytes(SALT_BYTES));
        decoy = ScramVerifier.of(Base64.getEncoder().encodeToString(bytes(NONCE_BYTES)), bytes(SALT_BYTES));
    }

    /** Whether anybody may come in. */
    boolean isOpen() {
        return verifier == null;
    }

    ScramExchange exchange(String name) {
        ScramVerifier known = verifier != null && name.equals(user) ? verifier : decoy;
        return new ScramExchange(known, Base64.getEncoder().encodeToString(bytes(NONCE_BYTES)));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
