package io.github.hasqlite.nats;

import org.jspecify.annotations.Nullable;

/** A server answered and refused this node's credentials, or the lack of them. */
public final class NatsAuthenticationException extends NatsStartException {

    private static final long serialVersionUID = 1L;

    private final String servers;

    NatsAuthenticationException(String servers, @Nullable NatsCredentials credentials, @Nullable Throwable cause) {
        super(
                "NATS at " + servers + " refused to authenticate this node ("
                        + (credentials == null ? "no credentials configured" : kind(credentials))
                        + "). Correct the user and password, token, nkey or credentials file.",
                cause);
        this.servers = servers;
    }

    /** The servers' URLs, without user info. */
    public String servers() {
        return servers;
    }

    private static String kind(NatsCredentials credentials) {
        if (credentials instanceof NatsCredentials.UserPassword user) {
            return "user '" + user.user() + "' and a password";
        } else if (credentials instanceof NatsCredentials.Token) {
            return "a token";
        } else if (credentials instanceof NatsCredentials.NKeySeed) {
            return "an nkey";
        } else if (credentials instanceof NatsCredentials.CredentialsFile file) {
            return "credentials file " + file.file();
        }
        throw new IllegalStateException();
    }
}
