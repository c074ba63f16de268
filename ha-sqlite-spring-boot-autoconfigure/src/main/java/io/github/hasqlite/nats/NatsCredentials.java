package io.github.hasqlite.nats;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How this node shows a NATS server who it is. {@code toString} of every kind hides the secret. User
 * info in a server's URL works as well and needs none of these.
 */
public sealed interface NatsCredentials {

    /** Of which kind they are, and whose: without any secret. */
    String label();

    /**
     * A user name and a password.
     *
     * @param user name of the user
     * @param password the password in clear
     */
    record UserPassword(String user, String password) implements NatsCredentials {
        public UserPassword {
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(password, "password");
        }

        @Override
        public String label() {
            return "user '" + user + "' and a password";
        }

        @Override
        public String toString() {
            return "UserPassword[user=" + user + ", password=***]";
        }
    }

    /**
     * A token shared by all.
     *
     * @param token the token in clear
     */
    record Token(String token) implements NatsCredentials {
        public Token {
            Objects.requireNonNull(token, "token");
        }

        @Override
        public String label() {
            return "a token";
        }

        @Override
        public String toString() {
            return "Token[***]";
        }
    }

    /**
     * An NKey: the server knows the public key, this node signs a challenge.
     *
     * @param seed the user's seed, as text beginning with {@code SU}
     */
    record NKeySeed(String seed) implements NatsCredentials {
        public NKeySeed {
            Objects.requireNonNull(seed, "seed");
        }

        @Override
        public String label() {
            return "an nkey";
        }

        @Override
        public String toString() {
            return "NKeySeed[***]";
        }
    }

    /**
     * A credentials file with a user's JWT and seed, as {@code nsc} writes it. Read again at every
     * connection, so that it can be renewed.
     *
     * @param file the file
     */
    record CredentialsFile(Path file) implements NatsCredentials {
        public CredentialsFile {
            Objects.requireNonNull(file, "file");
        }

        @Override
        public String label() {
            return "credentials file " + file;
        }
    }
}
