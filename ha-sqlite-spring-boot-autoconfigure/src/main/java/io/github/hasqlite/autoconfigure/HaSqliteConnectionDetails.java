package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the NATS servers are and who this node is there. A bean of this type takes the place of {@code
 * ha.sqlite.replication-url} and of the credentials under {@code ha.sqlite.nats}; further databases without a {@code
 * replication-url} of their own use it, too. Without such a bean the properties are what it says. Asked once, at the
 * start.
 */
public interface HaSqliteConnectionDetails extends ConnectionDetails {

    /** URLs of the servers, such as {@code nats://host:4222}; at least one. */
    List<String> getUrls();

    /** Name of a user; {@code null} for none. */
    default @Nullable String getUser() {
        return null;
    }

    /** The user's password in clear; {@code null} without a user. */
    default @Nullable String getPassword() {
        return null;
    }

    /** A token that all share, in clear; {@code null} for none. */
    default @Nullable String getToken() {
        return null;
    }

    /** Seed of an NKey, in clear; {@code null} for none. */
    default @Nullable String getNkey() {
        return null;
    }

    /** Path of a credentials file as {@code nsc} writes it; {@code null} for none. */
    default @Nullable String getCredentials() {
        return null;
    }
}
