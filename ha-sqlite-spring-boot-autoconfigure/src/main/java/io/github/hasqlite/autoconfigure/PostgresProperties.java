package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;
import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;

import io.github.hasqlite.postgres.PostgresSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * PostgreSQL's protocol, for psql, its drivers and tools.
 *
 * @param enabled Whether it is spoken.
 * @param host Address to listen on. Any but a loopback address needs user and password.
 * @param port Port to listen on; 0 for any free one.
 * @param user Who may come in; anybody if there is none.
 * @param password Password of the user.
 * @param ssl Transport encryption.
 * @param maxConnections How many clients there are at most at once.
 * @param idleTimeout How long a connection may be idle before it is closed; 0 for ever.
 * @param transactionTimeout How long a transaction may be open before it is rolled back.
 * @param maxMessageSize How large a message of a client may be.
 */
public record PostgresProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("127.0.0.1") String host,
        @DefaultValue("5432") int port,
        @Nullable String user,
        @Nullable String password,
        @DefaultValue Ssl ssl,
        @DefaultValue("100") int maxConnections,
        @DefaultValue("0s") Duration idleTimeout,
        @DefaultValue("60s") Duration transactionTimeout,
        @DefaultValue("64MB") DataSize maxMessageSize) {

    private static final String PREFIX = "postgres.";
    private static final int MOST_PORT = 65_535;
    private static final long LEAST_MESSAGE = 16 * 1024L;
    private static final long MOST_MESSAGE = 1L << 30;

    /**
     * Transport encryption.
     *
     * @param bundle SSL bundle, as defined by spring.ssl.bundle, with the server's key and certificate.
     * @param required Whether clients without encryption are refused.
     */
    public record Ssl(
            @Nullable String bundle, @DefaultValue("false") boolean required) {}

    /**
     * Checked.
     *
     * @param database name that clients see
     * @param context for encryption; {@code null} for none
     */
    PostgresSettings settings(String database, @Nullable Supplier<SSLContext> context) {
        check(
                port >= 0 && port <= MOST_PORT,
                PREFIX + "port",
                port,
                "A port is between 1 and 65535; 0 takes any free one.");
        check(
                hasText(user) == hasText(password),
                PREFIX + "user",
                user,
                "ha.sqlite.postgres.user and ha.sqlite.postgres.password belong together: set both or none.");
        check(
                hasText(user) || isLoopback(host),
                PREFIX + "host",
                host,
                "Other addresses than loopback ones need ha.sqlite.postgres.user and ha.sqlite.postgres.password.");
        check(
                !ssl.required() || ssl.bundle() != null,
                PREFIX + "ssl.required",
                true,
                "Encryption needs a key: name an SSL bundle with ha.sqlite.postgres.ssl.bundle.");
        check(maxConnections > 0, PREFIX + "max-connections", maxConnections, "It must be more than 0.");
        PropertyCheck.atLeast(
                Duration.ZERO, idleTimeout, PREFIX + "idle-timeout", "It cannot be negative; 0 closes no connection.");
        PropertyCheck.positive(transactionTimeout, PREFIX + "transaction-timeout");
        check(
                maxMessageSize.toBytes() >= LEAST_MESSAGE && maxMessageSize.toBytes() <= MOST_MESSAGE,
                PREFIX + "max-message-size",
                maxMessageSize,
                "It is between 16KB and 1GB.");
        return new PostgresSettings(
                host,
                port,
                database,
                hasText(user) ? user : null,
                hasText(password) ? password : null,
                context,
                ssl.required(),
                maxConnections,
                idleTimeout,
                transactionTimeout,
                (int) maxMessageSize.toBytes());
    }

    private static boolean isLoopback(String host) {
        try {
            return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "PostgresProperties[enabled=" + enabled + ", host=" + host + ", port=" + port + ", user=" + user
                + ", password=" + (password == null ? "none" : "***") + ", ssl=" + ssl + ", maxConnections="
                + maxConnections + ", idleTimeout=" + idleTimeout + ", transactionTimeout=" + transactionTimeout
                + ", maxMessageSize=" + maxMessageSize + "]";
    }
}
