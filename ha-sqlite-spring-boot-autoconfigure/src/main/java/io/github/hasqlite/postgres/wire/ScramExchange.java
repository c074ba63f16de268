package io.github.hasqlite.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The server's side of one proof of a password by SCRAM-SHA-256, without channel binding. Not thread-safe. */
public final class ScramExchange {

    /** The only mechanism that is offered. */
    public static final String MECHANISM = "SCRAM-SHA-256";

    private static final int MOST = 4096;

    private final ScramVerifier verifier;
    private final String serverNonce;
    private String gs2Header = "";
    private String clientFirst = "";
    private String serverFirst = "";
    private String nonce = "";

    /** @param serverNonce printable, without a comma, and not to be guessed */
    public ScramExchange(ScramVerifier verifier, String serverNonce) {
        this.verifier = verifier;
        this.serverNonce = serverNonce;
    }

    /**
     * Answers the first message.
     *
     * @throws ProtocolViolation if it is none
     */
    public String first(String message) throws ProtocolViolation {
        int authzid = message.indexOf(',');
        int bare = message.indexOf(',', authzid + 1) + 1;
        if (message.length() > MOST || authzid < 1 || bare == 0) {
            throw new ProtocolViolation("malformed SCRAM message");
        }
        if (message.charAt(0) == 'p') {
            throw new ProtocolViolation("SCRAM channel binding was not offered");
        }
        gs2Header = message.substring(0, bare);
        clientFirst = message.substring(bare);
        String clientNonce = attribute(clientFirst, 'r');
        if (clientNonce == null || clientNonce.isEmpty() || clientFirst.startsWith("m=")) {
            throw new ProtocolViolation("malformed SCRAM message");
        }
        nonce = clientNonce + serverNonce;
        serverFirst = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(verifier.salt()) + ",i="
                + ScramVerifier.ITERATIONS;
        return serverFirst;
    }

    /**
     * Answers the last message.
     *
     * @return {@code null} if the client does not know the password
     * @throws ProtocolViolation if it is none
     */
    public @Nullable String last(String message) throws ProtocolViolation {
        int proofAt = message.lastIndexOf(",p=");
        String binding = attribute(message, 'c');
        if (message.length() > MOST || proofAt < 0 || binding == null) {
            throw new ProtocolViolation("malformed SCRAM message");
        }
        byte[] proof;
        try {
            if (!new String(Base64.getDecoder().decode(binding), StandardCharsets.UTF_8).equals(gs2Header)
                    || !nonce.equals(attribute(message, 'r'))) {
                throw new ProtocolViolation("SCRAM message of another exchange");
            }
            proof = Base64.getDecoder().decode(message.substring(proofAt + 3));
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("malformed SCRAM message");
        }
        byte[] auth = (clientFirst + "," + serverFirst + "," + message.substring(0, proofAt))
                .getBytes(StandardCharsets.UTF_8);
        return verifier.accepts(proof, auth)
                ? "v=" + Base64.getEncoder().encodeToString(verifier.serverSignature(auth))
                : null;
    }

    private static @Nullable String attribute(String message, char name) {
        for (String part : message.split(",", -1)) {
            if (part.length() >= 2 && part.charAt(0) == name && part.charAt(1) == '=') {
                return part.substring(2);
            }
        }
        return null;
    }
}
