package io.github.hasqlite.nats;

import io.github.hasqlite.ReplicationStartException;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who must not take part. The stream {@code <stream>_REMOVED} has a message for each node that was removed by hand, for
 * as long as it is not let in again; and a node that runs answers who asks whether its name is taken. Thread-safe.
 */
final class Admission {

    /** A server that has no such subscriber says so at once. */
    private static final Duration ANSWER = Duration.ofSeconds(1);

    private final NatsLink link;
    private final String stream;
    private final String database;

    /** Asks over a link that somebody else connects and closes. */
    Admission(NatsLink link) {
        this.link = link;
        this.stream = link.settings().stream() + "_REMOVED";
        String subject = link.settings().subject();
        this.database = subject.substring(subject.lastIndexOf('.') + 1);
    }

    /** A name as a part of a subject. */
    static String token(String name) {
        return "=" + Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }

    private String subject(String name) {
        return stream + "." + database + "." + token(name);
    }

    /** The subject on which a node answers that has this name. */
    String nameSubject(String name) {
        return link.settings().stream() + "_NAME." + database + "." + token(name);
    }

    /**
     * Makes sure that a node was not removed: one request.
     *
     * @throws ReplicationStartException if it was, with what to do
     */
    void checkNotRemoved(String name) throws IOException, JetStreamApiException {
        String removal = removal(name);
        if (removal != null) {
            throw new ReplicationStartException(
                    removal,
                    "Let it in again with ClusterMembers.admit(\"" + name
                            + "\") on another node, or start it with another"
                            + " ha.sqlite.name and without its database file: then what is still in its outbox is lost.",
                    null);
        }
    }

    /**
     * Makes sure that no node with this name is running that can be reached: one request.
     *
     * @throws ReplicationStartException if there is one, with what to do
     */
    void checkNameIsFree(String name) throws IOException {
        Connection connection = link.connection();
        Message answer;
        try {
            answer = connection.request(nameSubject(name), new byte[0], ANSWER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while asking whether the name '" + name + "' is taken", e);
        } catch (IllegalStateException e) {
            throw new IOException("Not connected: " + e.getMessage(), e);
        }
        MemberMessage twin = answer == null ? null : MemberMessage.read(answer.getData());
        if (twin != null) {
            String address = twin.member().address();
            throw new ReplicationStartException(
                    "another node with the name " + name + " is running on stream '"
                            + link.settings().stream() + "' at "
                            + link.settings().maskedServers() + (address == null ? "" : ", at " + address)
                            + ", since " + twin.member().started(),
                    "Set ha.sqlite.name to a name that no other node has, or stop the other one first.",
                    null);
        }
    }

    /** How and when a node was removed, for people; {@code null} if it was not, or was let in again. */
    @Nullable
    String removal(String name) throws IOException, JetStreamApiException {
        MessageInfo message = LeaderReads.lastMessage(link.connection(), stream, subject(name));
        return message == null
                ? null
                : "node " + name + " was removed from the cluster by node " + lines(message)[1] + " at "
                        + lines(message)[2];
    }

    private static String[] lines(MessageInfo message) {
        byte[] data = message.getData();
        String[] lines = new String(data == null ? new byte[0] : data, StandardCharsets.UTF_8).split("\n", -1);
        return lines.length < 3 ? new String[] {"?", "?", "?"} : lines;
    }

    /**
     * Removes a node.
     *
     * @param by who does it
     */
    void remove(String name, String by) throws IOException, JetStreamApiException {
        AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(stream)
                        .description("Nodes that were removed from ha-sqlite clusters")
                        .subjects(stream + ".>")
                        .storageType(StorageType.File)
                        .maxMessagesPerSubject(1)
                        .replicas(link.settings().replicas())
                        .build());
        byte[] marker = (name + "\n" + by + "\n" + Instant.now()).getBytes(StandardCharsets.UTF_8);
        link.connection().jetStream().publish(subject(name), marker);
    }

    /** Lets a node in again; whether it had been removed. */
    boolean admit(String name) throws IOException, JetStreamApiException {
        MessageInfo message = LeaderReads.lastMessage(link.connection(), stream, subject(name));
        return message != null
                && link.connection().jetStreamManagement().deleteMessage(stream, message.getSeq(), false);
    }

    /** The names of those that were removed. */
    List<String> removed() throws IOException, JetStreamApiException {
        List<String> names = new ArrayList<>();
        String pattern = stream + "." + database + ".*";
        MessageInfo message = LeaderReads.nextMessage(link.connection(), stream, pattern, 1);
        while (message != null) {
            names.add(lines(message)[0]);
            message = LeaderReads.nextMessage(link.connection(), stream, pattern, message.getSeq() + 1);
        }
        return names;
    }
}
