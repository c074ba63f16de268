package io.github.hasqlite.nats.server;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an embedded nats-server forms a cluster with those of other nodes. Immutable. {@code toString} shows no secret.
 *
 * @param name the cluster's name, the same on all its servers
 * @param host address to listen on for the other servers; any but a loopback address needs user and password
 * @param port port to listen on for the other servers
 * @param routes where the servers of the cluster listen for each other, {@code host:port}; this one may be among them
 * @param user by what name the servers know each other, or {@code null} for anybody
 * @param password the password of {@code user} in clear, or {@code null}
 * @param tls how the ways between the servers are encrypted, or {@code null} if they are not
 */
public record EmbeddedCluster(
        String name,
        String host,
        int port,
        List<String> routes,
        @Nullable String user,
        @Nullable String password,
        @Nullable Tls tls) {

    /** The port that NATS servers use among themselves by custom. */
    public static final int DEFAULT_PORT = 6222;

    private static final int REPLICAS = 3;

    /** More JetStream does not know. */
    private static final int MAX_REPLICAS = 5;

    public EmbeddedCluster {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(host, "host");
        routes = List.copyOf(routes);
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("user and password of the routes belong together");
        }
    }

    /**
     * What encrypts the ways between servers and shows who they are, each in PEM format.
     *
     * @param certificate this server's certificate, and those that lead to its authority
     * @param key the private key, not encrypted
     * @param authorities whose certificates are accepted
     */
    public record Tls(String certificate, String key, String authorities) {

        @Override
        public String toString() {
            return "Tls[***]";
        }
    }

    /** The same but for what encrypts the ways between the servers. */
    EmbeddedCluster with(Tls renewed) {
        return new EmbeddedCluster(name, host, port, routes, user, password, renewed);
    }

    /**
     * The routes to other servers. The server counts what it is given: with its own among them, as many servers more
     * would have to be there when the cluster is begun.
     */
    List<String> others() {
        return routes.stream().filter(route -> !isOwn(route)).distinct().toList();
    }

    /**
     * On how many servers a stream is kept: with three any one of the servers may die, and any two of five only if it
     * is on all five.
     */
    int replicas() {
        return others().size() + 1 < MAX_REPLICAS ? REPLICAS : MAX_REPLICAS;
    }

    private boolean isOwn(String route) {
        int colon = route.lastIndexOf(':');
        if (colon < 0 || !route.substring(colon + 1).equals(Integer.toString(port))) {
            return false;
        }
        String where = route.substring(0, colon);
        try {
            InetAddress address = InetAddress.getByName(where);
            InetAddress mine = InetAddress.getByName(host);
            return address.equals(mine)
                    || (mine.isAnyLocalAddress()
                            && (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null));
        } catch (UnknownHostException | SocketException e) {
            // the name of another machine that is not there yet
            return false;
        }
    }

    @Override
    public String toString() {
        return "EmbeddedCluster[name=" + name + ", host=" + host + ", port=" + port + ", routes=" + routes + ", user="
                + user + ", password=" + (password == null ? "null" : "***") + ", tls=" + (tls != null) + "]";
    }
}
