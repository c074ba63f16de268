package io.github.hasqlite.http;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Comparator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets another node answer a request: method, path, headers and body go there as they are, streamed, and its answer comes
 * back the same way. A request is forwarded once at most. Thread-safe.
 */
public final class Forwarder {

    private static final Logger logger = LoggerFactory.getLogger(Forwarder.class);

    /** A node in the same network answers sooner, or is away. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private final ClusterMembers members;
    private final ClusterLeader leader;
    private final Duration timeout;
    private final HttpClient client;

    /**
     * A forwarder.
     *
     * @param timeout how long another node has until it begins to answer
     * @param ssl how to trust other nodes whose address begins with https; {@code null} as the JVM does by default
     */
    public Forwarder(ClusterMembers members, ClusterLeader leader, Duration timeout, @Nullable SSLContext ssl) {
        this.members = members;
        this.leader = leader;
        this.timeout = timeout;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT);
        this.client = ssl == null ? builder.build() : builder.sslContext(ssl).build();
    }

    // ---- where to

    /** Whether this node leads. */
    boolean leads() {
        return leader.isLeader();
    }

    /** Whether this node is a read replica. */
    boolean isReadOnly() {
        return members.self().readOnly();
    }

    /** Lets the leader answer. */
    void forwardToLeader(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClusterLeader.Leader leads = leader.leader();
        if (leads == null) {
            Refusal.unavailable("No node leads the cluster at the moment. Try again.")
                    .send(response);
        } else {
            forward(leads.node(), leads.address(), request, response);
        }
    }

    /** Lets a node answer that writes: the leader, or the one that is the least behind. */
    void forwardToWriter(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClusterLeader.Leader leads = leader.leader();
        if (leads != null && leads.address() != null) {
            forward(leads.node(), leads.address(), request, response);
            return;
        }
        ClusterMember writer = others(0, false);
        if (writer == null) {
            Refusal.unavailable("This node is a read replica, and no node that writes is known whose members.address is"
                            + " set. Try again.")
                    .send(response);
        } else {
            forward(writer.name(), writer.address(), request, response);
        }
    }

    /** Lets a node answer that has applied a position. */
    void forwardBeyond(long position, HttpServletRequest request, HttpServletResponse response) throws IOException {
        ClusterMember further = others(position, true);
        if (further != null) {
            forward(further.name(), further.address(), request, response);
        } else if (leader.isLeader()) {
            Refusal.unavailable("No node is known that shows what you have seen already. Try again.")
                    .send(response);
        } else {
            forwardToLeader(request, response);
        }
    }

    /** The other member with an address that is furthest in the stream, {@code null} if none is as far as it should be. */
    private @Nullable ClusterMember others(long position, boolean readers) {
        return members.list().stream()
                .skip(1)
                .filter(member -> member.address() != null
                        && (readers || !member.readOnly())
                        && member.appliedSequence() >= position)
                .max(Comparator.comparingLong(ClusterMember::appliedSequence))
                .orElse(null);
    }

    // ---- forwarding

    private void forward(
            String node, @Nullable String address, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String self = members.self().name();
        String forwardedBy = request.getHeader(ForwardedHeaders.FORWARDED_BY);
        if (forwardedBy != null) {
            Refusal.unavailable("Node " + forwardedBy + " has forwarded this request to node " + self
                            + ", which would forward it to node " + node + ": the nodes do not agree yet. Try again.")
                    .send(response);
        } else if (address == null) {
            Refusal.unavailable("This request is node " + node
                            + "'s, which has not said at which address it can be reached. Set ha.sqlite.members.address"
                            + " there.")
                    .send(response);
        } else {
            send(node, address, request, response);
        }
    }

    private void send(String node, String address, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        HttpRequest forwarded;
        try {
            String query = request.getQueryString();
            HttpRequest.Builder builder = HttpRequest.newBuilder(
                            URI.create(address + request.getRequestURI() + (query == null ? "" : "?" + query)))
                    .timeout(timeout)
                    .method(request.getMethod(), body(request));
            ForwardedHeaders.copy(request, members.self().name(), builder);
            forwarded = builder.build();
        } catch (IllegalArgumentException e) {
            logger.debug("A request cannot be forwarded to {}", address, e);
            new Refusal(HttpServletResponse.SC_BAD_REQUEST, "This request cannot be forwarded: " + e.getMessage())
                    .send(response);
            return;
        }
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(forwarded, BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unknown(node, "the wait was interrupted").send(response);
            return;
        } catch (IOException e) {
            logger.debug("Node {} at {} did not answer", node, address, e);
            failure(node, e).send(response);
            return;
        }
        ForwardedHeaders.copy(answer, address, request, response);
        try (InputStream content = answer.body()) {
            content.transferTo(response.getOutputStream());
        }
    }

    private static BodyPublisher body(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null)) {
            return BodyPublishers.noBody();
        }
        BodyPublisher streamed = BodyPublishers.ofInputStream(() -> {
            try {
                return request.getInputStream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return length < 0 ? streamed : BodyPublishers.fromPublisher(streamed, length);
    }

    private Refusal failure(String node, IOException e) {
        if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
            return Refusal.unavailable(
                    "Node " + node + ", whose request this is, cannot be reached. Nothing was done; try" + " again.");
        }
        if (e instanceof SSLHandshakeException) {
            return Refusal.unavailable("Node " + node + ", whose request this is, cannot be trusted (" + e.getMessage()
                    + "): ha.sqlite.http.forward.ssl.bundle has to trust its certificate, which has to name the host of"
                    + " its ha.sqlite.members.address. Nothing was done.");
        }
        if (e instanceof HttpTimeoutException) {
            return new Refusal(
                    HttpServletResponse.SC_GATEWAY_TIMEOUT,
                    "Node " + node + " has not answered within " + timeout
                            + ". Whether it has done what was asked is not known.");
        }
        return unknown(node, String.valueOf(e.getMessage()));
    }

    private static Refusal unknown(String node, String why) {
        return new Refusal(
                HttpServletResponse.SC_BAD_GATEWAY,
                "Node " + node + " was asked, and there is no answer (" + why
                        + "). Whether it has done what was asked is not known.");
    }
}
