package io.github.hasqlite.http;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
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

    /** In bytes. */
    private static final int PIECE = 16_384;

    private final ClusterMembers members;
    private final ClusterLeader leader;
    private final Duration timeout;
    private final HttpClient client;
    private final AtomicReference<String> complained = new AtomicReference<>("");

    /**
     * A forwarder.
     *
     * @param timeout how long another node has, after the last of the request that the client has sent, until it begins
     *     to answer
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
        if (leads == null && members.list().stream().skip(1).anyMatch(this::isNamesake)) {
            namesake(response);
        } else if (leads == null) {
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
        if (node.equals(self)) {
            namesake(response);
        } else if (address != null && address.equals(members.self().address())) {
            misconfigured(
                    "Node " + node + ", whose request this is, says the same ha.sqlite.members.address as this node, "
                            + self + ": " + address + ". Give each its own.",
                    response);
        } else if (ForwardedHeaders.encoded(self).equals(forwardedBy)) {
            misconfigured(
                    "This node, " + self
                            + ", was reached at the ha.sqlite.members.address of the one whose request this"
                            + " is. Set it to that node's own on each, and check what is between the nodes.",
                    response);
        } else if (forwardedBy != null) {
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

    private boolean isNamesake(ClusterMember member) {
        return member.name().equals(members.self().name());
    }

    private void namesake(HttpServletResponse response) throws IOException {
        misconfigured(
                "Another node has the same name as this one, " + members.self().name()
                        + ", so who leads cannot be said. Give each a ha.sqlite.name of its own.",
                response);
    }

    /** What somebody has to mend stands in the log, too, once. */
    private void misconfigured(String reason, HttpServletResponse response) throws IOException {
        if (!reason.equals(complained.getAndSet(reason))) {
            logger.error("Requests cannot be forwarded. {}", reason);
        }
        Refusal.unavailable(reason).send(response);
    }

    private void send(String node, String address, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (ForwardedHeaders.asksForAnotherProtocol(request)) {
            new Refusal(
                            HttpServletResponse.SC_NOT_IMPLEMENTED,
                            "A request that changes the protocol of its connection (Upgrade) cannot be forwarded.")
                    .send(response);
            return;
        }
        StreamedBody body = new StreamedBody(request.getInputStream(), length(request));
        HttpRequest forwarded;
        try {
            String query = request.getQueryString();
            HttpRequest.Builder builder = HttpRequest.newBuilder(
                            URI.create(address + request.getRequestURI() + (query == null ? "" : "?" + query)))
                    .method(request.getMethod(), body.publisher());
            ForwardedHeaders.copy(request, members.self().name(), builder);
            forwarded = builder.build();
        } catch (IllegalArgumentException e) {
            logger.debug("A request cannot be forwarded to {}", address, e);
            new Refusal(HttpServletResponse.SC_BAD_REQUEST, "This request cannot be forwarded: " + e.getMessage())
                    .send(response);
            return;
        }
        CompletableFuture<HttpResponse<InputStream>> exchange =
                client.sendAsync(forwarded, BodyHandlers.ofInputStream());
        HttpResponse<InputStream> answer;
        try {
            answer = body.await(exchange, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.cancel(true);
            unknown(node, "the wait was interrupted").send(response);
            return;
        } catch (StreamedBody.NotReceivedException e) {
            exchange.cancel(true);
            notReceived(node, e, response);
            return;
        } catch (TimeoutException | ExecutionException e) {
            exchange.cancel(true);
            logger.debug("Node {} at {} did not answer", node, address, e);
            failure(node, e instanceof ExecutionException ? e.getCause() : e).send(response);
            return;
        }
        ForwardedHeaders.copy(answer, address, request, response);
        try (InputStream content = answer.body()) {
            pass(content, response);
        }
    }

    /**
     * What has arrived goes to the client before more is waited for: it may wait for that, too, and only what is sent to
     * a client shows that it has left.
     */
    private static void pass(InputStream content, HttpServletResponse response) throws IOException {
        OutputStream out = response.getOutputStream();
        byte[] piece = new byte[PIECE];
        int read = 0;
        while (read >= 0) {
            out.write(piece, 0, read);
            if (content.available() == 0) {
                response.flushBuffer();
            }
            read = content.read(piece);
        }
    }

    /** How many bytes the request's body has: 0 if it has none, negative if that is not known. */
    private static long length(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length < 0 && request.getHeader("Transfer-Encoding") == null ? 0 : length;
    }

    /** Containers may have an answer of their own to that, and allow no other. */
    private static void notReceived(
            String node, StreamedBody.NotReceivedException failure, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            throw failure.getCause();
        }
        new Refusal(
                        HttpServletResponse.SC_REQUEST_TIMEOUT,
                        "The body of this request has not arrived here. Node " + node
                                + " has got a part of it at most.")
                .send(response);
    }

    private Refusal failure(String node, @Nullable Throwable e) {
        if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
            return Refusal.unavailable(
                    "Node " + node + ", whose request this is, cannot be reached. Nothing was done; try" + " again.");
        }
        if (e instanceof SSLHandshakeException) {
            return Refusal.unavailable("Node " + node + ", whose request this is, cannot be trusted (" + e.getMessage()
                    + "): ha.sqlite.http.forward.ssl.bundle has to trust its certificate, which has to name the host of"
                    + " its ha.sqlite.members.address. Nothing was done.");
        }
        if (e instanceof TimeoutException) {
            return new Refusal(
                    HttpServletResponse.SC_GATEWAY_TIMEOUT,
                    "Node " + node + " has not answered within " + timeout
                            + " of the end of the request. Whether it has done what was asked is not known.");
        }
        return unknown(node, e == null ? "" : String.valueOf(e.getMessage()));
    }

    private static Refusal unknown(String node, String why) {
        return new Refusal(
                HttpServletResponse.SC_BAD_GATEWAY,
                "Node " + node + " was asked, and there is no answer (" + why
                        + "). Whether it has done what was asked is not known.");
    }
}
