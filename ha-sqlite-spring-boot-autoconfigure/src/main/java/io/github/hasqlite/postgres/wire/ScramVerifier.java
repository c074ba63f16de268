package io.github.hasqlite.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server needs to know of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), which is not the password. Immutable.
 */
public final class ScramVerifier {

    /** As PostgreSQL's. */
    static final int ITERATIONS = 4096;

    private static final String HMAC = "HmacSHA256";

    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /** Of a password. Clients prepare it with SASLprep, whose core is the form NFKC; it changes none in ASCII. */
    public static ScramVerifier of(String password, byte[] salt) {
        String prepared = Normalizer.normalize(password, Normalizer.Form.NFKC);
        byte[] salted = salted(prepared.getBytes(StandardCharsets.UTF_8), salt, ITERATIONS);
        return new ScramVerifier(
                salt.clone(),
                sha256(hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII))),
                hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII)));
    }

    byte[] salt() {
        return salt.clone();
    }

    /** Whether the proof is that of somebody who knows the password. */
    boolean accepts(byte[] proof, byte[] authMessage) {
        byte[] signature = hmac(storedKey, authMessage);
        if (proof.length != signature.length) {
            return false;
        }
        byte[] clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(sha256(clientKey), storedKey);
    }

    /** What shows the client that the server knows it, too. */
    byte[] serverSignature(byte[] authMessage) {
        return hmac(serverKey, authMessage);
    }

    /** PBKDF2; the JDK's own takes passwords as characters and refuses empty ones. */
    private static byte[] salted(byte[] password, byte[] salt, int iterations) {
        byte[] key = password.length == 0 ? new byte[1] : password;
        byte[] first = Arrays.copyOf(salt, salt.length + 4);
        first[salt.length + 3] = 1;
        byte[] block = hmac(key, first);
        byte[] result = block.clone();
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (int round = 1; round < iterations; round++) {
                block = mac.doFinal(block);
                for (int i = 0; i < result.length; i++) {
                    result[i] ^= block[i];
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
        return result;
    }

    private static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    private static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
