package io.github.hasqlite.nats;

import io.nats.client.Options;
import io.nats.client.ServerPool;
import io.nats.client.support.NatsUri;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In which order a node tries the servers of a cluster: its own, then the others as that one names them, and its own
 * again; each time anew, whichever it was connected to. Thread-safe.
 */
final class OwnServerFirst implements ServerPool {

    private final List<NatsUri> configured = new ArrayList<>();
    private List<NatsUri> discovered = List.of();
    private int next;

    @Override
    public synchronized void initialize(Options options) {
        configured.clear();
        configured.addAll(options.getNatsServerUris());
        next = 0;
    }

    /** Servers that are away now stay: the one that is asked may be the last, and know of none. */
    @Override
    public synchronized boolean acceptDiscoveredUrls(List<String> urls) {
        List<NatsUri> known = new ArrayList<>(discovered);
        for (String url : urls) {
            NatsUri uri = parse(url);
            if (uri != null
                    && configured.stream().noneMatch(uri::equivalent)
                    && known.stream().noneMatch(uri::equivalent)) {
                known.add(uri);
            }
        }
        boolean grown = known.size() > discovered.size();
        discovered = List.copyOf(known);
        return grown;
    }

    /** {@code null} for something else than an address: nobody could connect to it. */
    private @Nullable NatsUri parse(String url) {
        try {
            return new NatsUri(url, configured.get(0).getScheme());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private List<NatsUri> all() {
        List<NatsUri> all = new ArrayList<>(configured);
        all.addAll(discovered);
        return all;
    }

    @Override
    public synchronized @Nullable NatsUri peekNextServer() {
        List<NatsUri> all = all();
        return all.isEmpty() ? null : all.get(next % all.size());
    }

    @Override
    public synchronized @Nullable NatsUri nextServer() {
        NatsUri chosen = peekNextServer();
        next = (next + 1) % Math.max(1, all().size());
        return chosen;
    }

    /** Names are left to the operating system, as they stand in the certificates of servers. */
    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // the client library's to remove
    public @Nullable List<String> resolveHostToIps(String host) {
        return null;
    }

    @Override
    public @Nullable List<String> resolveHostToIps(String host, boolean maxOneResult, boolean includeIPV6) {
        return null;
    }

    @Override
    public synchronized void connectSucceeded(NatsUri uri) {
        next = 0;
    }

    @Override
    public void connectFailed(NatsUri uri) {
        // the next in turn is tried; none is given up
    }

    @Override
    public synchronized List<String> getServerList() {
        return all().stream().map(NatsUri::toString).toList();
    }

    @Override
    public synchronized boolean hasSecureServer() {
        return all().stream().anyMatch(NatsUri::isSecure);
    }
}
