package io.github.hasqlite.nats.server;

import io.github.hasqlite.nats.server.EmbeddedNatsServer.Peer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.support.JsonParseException;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an embedded server knows of the others of its cluster, asked for as the system user that only this node knows.
 * Thread-safe.
 */
final class ClusterWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedNatsServer.class);

    /** The server is on this machine, or asks servers that are near. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    /** How long what somebody waits for is asked again: an election takes 4 to 9 s. */
    private static final Duration ELECTION = Duration.ofSeconds(12);

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Servers say every second that they are there; one that leads gives up only ten seconds later or more. */
    private static final Duration UNHEARD = Duration.ofSeconds(6);

    private static final String REQUEST = "$SYS.REQ.SERVER.";

    private final String server;
    private final EmbeddedCluster cluster;
    private final String password;
    private final RouteComplaints complaints;
    private @Nullable Connection connection;
    private @Nullable String said;
    private volatile boolean closed;
    private volatile @Nullable String missing;

    /**
     * Knows nothing yet.
     *
     * @param server the server's name
     * @param password the system user's
     * @param complaints what the server's log says
     */
    ClusterWatch(String server, EmbeddedCluster cluster, String password, RouteComplaints complaints) {
        this.server = server;
        this.cluster = cluster;
        this.password = password;
        this.complaints = complaints;
    }

    /** Why the servers cannot store, as it was when it was looked last, or else who is left out; {@code null} if nothing. */
    @Nullable
    String trouble() {
        String reason = missing;
        return reason == null ? complaints.newest() : reason;
    }

    /** Whether the servers of the cluster cannot store, as it was when it was looked last. */
    boolean waits() {
        return missing != null;
    }

    /**
     * Asks the server, and logs what has changed.
     *
     * @param url the server's, as clients of this machine reach it
     */
    synchronized void look(String url) {
        if (closed) {
            return;
        }
        String found;
        try {
            Connection open = connect(url);
            String self = REQUEST + open.getServerInfo().getServerId();
            JsonValue group = group(ask(open, self + ".JSZ", "{}"));
            String leader = JsonValueUtils.readString(group, "leader");
            if (leader == null || leader.isEmpty()) {
                found = waiting(reached(open, self), "an election or for another server: it reaches ");
            } else {
                String name = open.getServerInfo().getServerName();
                found = leader.equals(name) && !hearsMajority(group)
                        ? waiting(reached(open, self), "a majority of the servers, and hears nothing from ")
                        : null;
            }
        } catch (IOException e) {
            log.debug("The server could not be asked about its cluster", e);
            found = "nats-server '" + server + "' does not answer: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        tell(found);
        missing = found;
    }

    private void tell(@Nullable String found) {
        String complaint = complaints.newest();
        String all = found == null ? complaint : found;
        if (all != null && !all.equals(said)) {
            log.warn("{}", all);
        } else if (all == null && said != null) {
            log.info("The servers of cluster '{}' have found each other", cluster.name());
        }
        said = all;
    }

    /** Whether the one that leads may still do so: it takes long to notice that nobody answers. */
    private static boolean hearsMajority(JsonValue group) {
        int heard = 1;
        for (JsonValue replica : JsonValueUtils.readArray(group, "replicas")) {
            if (!JsonValueUtils.readBoolean(replica, "offline", false)
                    && JsonValueUtils.readLong(replica, "active", 0) < UNHEARD.toNanos()) {
                heard++;
            }
        }
        return 2 * heard > JsonValueUtils.readInteger(group, "cluster_size", 0);
    }

    private String waiting(List<String> reached, String forWhat) {
        String complaint = complaints.newest();
        return "nats-server '" + server + "' of cluster '" + cluster.name() + "' waits for "
                + (reached.isEmpty() ? "a second server: it reaches none at " + cluster.others() : forWhat + reached)
                + (complaint == null ? "" : ". " + complaint);
    }

    private static List<String> reached(Connection open, String self) throws IOException, InterruptedException {
        List<String> names = new ArrayList<>();
        JsonValue data = JsonValueUtils.readObject(ask(open, self + ".ROUTEZ", "{}"), "data");
        for (JsonValue route : JsonValueUtils.readArray(data, "routes")) {
            String name = JsonValueUtils.readString(route, "remote_name");
            if (name != null && !names.contains(name)) {
                names.add(name);
            }
        }
        names.sort(null);
        return names;
    }

    /** The servers, as the one that leads them sees them. */
    List<Peer> peers(String url) throws IOException, InterruptedException {
        JsonValue group = group(outlast(url, REQUEST + "PING.JSZ", "{\"leader_only\":true}"));
        List<Peer> peers = new ArrayList<>();
        String leader = JsonValueUtils.readString(group, "leader");
        if (leader != null) {
            peers.add(new Peer(leader, true));
        }
        for (JsonValue replica : JsonValueUtils.readArray(group, "replicas")) {
            String name = JsonValueUtils.readString(replica, "name");
            if (name != null && !name.equals(leader)) {
                peers.add(new Peer(name, !JsonValueUtils.readBoolean(replica, "offline", false)));
            }
        }
        return peers;
    }

    /** Takes a server out of the group for good. */
    void remove(String url, String peer) throws IOException, InterruptedException {
        JsonValue answer = outlast(
                url,
                "$JS.API.SERVER.REMOVE",
                "{\"peer\":\"" + peer.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
        JsonValue error = JsonValueUtils.readObject(answer, "error");
        if (!JsonValueUtils.readBoolean(answer, "success", false)) {
            throw new IOException("the servers of cluster '" + cluster.name() + "' refused to take '" + peer + "' out: "
                    + JsonValueUtils.readString(error, "description"));
        }
    }

    /** Asks, and asks again while the servers may be electing. */
    private JsonValue outlast(String url, String subject, String request) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ELECTION.toNanos();
        while (true) {
            try {
                synchronized (this) {
                    return ask(connect(url), subject, request);
                }
            } catch (IOException e) {
                if (closed || System.nanoTime() >= deadline) {
                    throw e;
                }
                log.debug("The servers of cluster '{}' do not answer, asking again", cluster.name(), e);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    private static JsonValue group(JsonValue answer) {
        return JsonValueUtils.readObject(JsonValueUtils.readObject(answer, "data"), "meta_cluster");
    }

    private static JsonValue ask(Connection open, String subject, String request)
            throws IOException, InterruptedException {
        Message answer;
        try {
            answer = open.request(subject, request.getBytes(StandardCharsets.UTF_8), ANSWER);
        } catch (IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (answer == null || answer.isStatusMessage()) {
            throw new IOException("no answer to " + subject);
        }
        try {
            return JsonParser.parse(answer.getData());
        } catch (JsonParseException e) {
            throw new IOException("not understood: " + subject, e);
        }
    }

    private Connection connect(String url) throws IOException, InterruptedException {
        Connection open = connection;
        if (open != null && open.getStatus() == Connection.Status.CONNECTED) {
            return open;
        }
        if (open != null) {
            open.close();
        }
        open = Nats.connect(Options.builder()
                .server(url)
                .userInfo(NatsServerConfig.SYSTEM_USER, password)
                .connectionName("ha-sqlite cluster")
                .connectionTimeout(ANSWER)
                .ignoreDiscoveredServers()
                .noReconnect()
                .errorListener(new io.nats.client.ErrorListener() {})
                .build());
        connection = open;
        return Objects.requireNonNull(open);
    }

    @Override
    public synchronized void close() {
        closed = true;
        Connection open = connection;
        if (open != null) {
            try {
                open.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
