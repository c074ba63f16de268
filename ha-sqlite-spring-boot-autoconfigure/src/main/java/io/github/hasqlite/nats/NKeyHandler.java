package io.github.hasqlite.nats;

import io.nats.client.AuthHandler;
import io.nats.client.NKey;
import java.io.IOException;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/** Authenticates by an NKey alone, without a JWT. */
final class NKeyHandler implements AuthHandler {

    private final NKey key;
    private final char[] publicKey;

    NKeyHandler(char[] seed) {
        try {
            key = NKey.fromSeed(seed);
            publicKey = key.getPublicKey();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new NatsStartException(
                    new NatsStartException.UnreadableCredentials(
                            "The configured NATS nkey is not the seed of a user key. It is a text that begins with SU."),
                    new GeneralSecurityException("not a seed"));
        }
    }

    @Override
    public byte[] sign(byte[] nonce) {
        try {
            return key.sign(nonce);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("Could not sign the NATS server's challenge", e);
        }
    }

    @Override
    public char[] getID() {
        return publicKey;
    }

    @Override
    public char @Nullable [] getJWT() {
        return null;
    }
}
