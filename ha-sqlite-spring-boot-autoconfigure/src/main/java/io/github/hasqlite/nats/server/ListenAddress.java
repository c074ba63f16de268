package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.NatsStartException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Where a server may listen. */
final class ListenAddress {

    private ListenAddress() {}

    /**
     * Refuses a listener that others can reach without credentials.
     *
     * @throws NatsStartException if there is one, for clients or for other servers
     */
    static void requireSafe(EmbeddedNatsSettings settings) {
        if (settings.user() == null && !isLoopback(settings.host())) {
            throw new NatsStartException(new NatsStartException.InsecureListener(settings.host()), null);
        }
        EmbeddedCluster cluster = settings.cluster();
        if (cluster != null && cluster.user() == null && !isLoopback(cluster.host())) {
            throw new NatsStartException(new NatsStartException.InsecureRoutes(cluster.host()), null);
        }
    }

    static boolean isLoopback(String host) {
        try {
            return !host.isBlank() && InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** @throws NatsStartException if another program listens there */
    static void requireFree(String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new NatsStartException(new NatsStartException.PortInUse(host, port), e);
        }
    }

    /** A port on which nobody listens, at the moment. */
    static int freePort(String host) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(host, 0));
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on " + host, e);
        }
    }
}
