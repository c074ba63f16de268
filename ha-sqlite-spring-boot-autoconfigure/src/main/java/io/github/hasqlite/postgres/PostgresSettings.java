package io.github.hasqlite.postgres;

import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How the server listens, and what its clients may take.
 *
 * @param host address to listen on
 * @param port to listen on; 0 for any free one
 * @param database name that clients see
 * @param user who may come in; {@code null} for anybody
 * @param password of the user; {@code null} for anybody
 * @param ssl for transport encryption, asked again for each connection; {@code null} for none
 * @param sslRequired whether clients without transport encryption are refused
 * @param maxConnections at once
 * @param idleTimeout after which a connection is closed that sends nothing; zero for never
 * @param transactionTimeout how long a transaction may be open
 * @param maxMessageSize of a client's message, in bytes
 */
public record PostgresSettings(
        String host,
        int port,
        String database,
        @Nullable String user,
        @Nullable String password,
        @Nullable Supplier<SSLContext> ssl,
        boolean sslRequired,
        int maxConnections,
        Duration idleTimeout,
        Duration transactionTimeout,
        int maxMessageSize) {

    @Override
    public String toString() {
        return "PostgresSettings[host=" + host + ", port=" + port + ", database=" + database + ", user=" + user
                + ", password=" + (password == null ? "none" : "***") + ", ssl=" + (ssl != null) + ", sslRequired="
                + sslRequired + ", maxConnections=" + maxConnections + ", idleTimeout=" + idleTimeout
                + ", transactionTimeout=" + transactionTimeout + ", maxMessageSize=" + maxMessageSize + "]";
    }
}
