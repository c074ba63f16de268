package io.github.hasqlite.nats;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.ReplicationStatus;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of a cluster. Each node publishes what it says of itself on a subject of its own, which the stream {@code
 * <stream>_MEMBERS} keeps for the age of a member, and hears the others directly; what the stream has is read when the
 * servers are reached, for the first time or again. Thread-safe.
 */
public final class JetStreamMembers implements ClusterMembers, AutoCloseable {

    /** The name becomes part of a subject, and a server reads lines of 4 kB. */
    private static final int MAX_NAME = 1_000;

    private static final Logger log = LoggerFactory.getLogger(JetStreamMembers.class);

    /** How often a node speaks within the age after which it is gone. */
    private static final int BEATS = 5;

    private static final long FAREWELL_MILLIS = 2_000;

    private final NatsLink link;
    private final ClusterMember description;
    private final Duration age;
    private final Supplier<ReplicationStatus> status;
    private final Consumer<@Nullable String> removal;
    private final Admission admission;
    private final String stream;
    private final String subjects;
    private final MemberList members = new MemberList();
    private final MemberNews news;

    private final LinkListener comingAndGoing = new LinkListener() {
        @Override
        public void connected(Connection connection) {
            members.connected(System.nanoTime());
            behind = true;
        }

        @Override
        public void disconnected() {
            members.disconnected();
        }
    };

    private @Nullable Connection subscribed;
    private @Nullable Dispatcher dispatcher;
    private long beat;
    private @Nullable String complaint;

    /** Whether something may have been said that this node has not heard. */
    private volatile boolean behind = true;

    private volatile @Nullable String removed;
    private volatile String id = "";

    /** {@code null} while this node is no member. */
    private volatile @Nullable ScheduledThreadPoolExecutor threads;

    /**
     * Members over a link that somebody else closes; nothing happens before {@link #start}.
     *
     * @param description what this node is; its positions come from {@code status}, and each start gets an id
     * @param age after which silence it is gone, at least 1 s
     * @param removal told how this node was removed, and {@code null} when it was let in again
     */
    JetStreamMembers(
            NatsLink link,
            ClusterMember description,
            Duration age,
            Supplier<ReplicationStatus> status,
            Consumer<@Nullable String> removal) {
        this.link = link;
        this.description = description;
        this.age = age;
        this.status = status;
        this.removal = removal;
        this.admission = new Admission(link);
        this.news = new MemberNews(description.name());
        this.stream = link.settings().stream() + "_MEMBERS";
        String subject = link.settings().subject();
        this.subjects = stream + "." + subject.substring(subject.lastIndexOf('.') + 1) + ".";
    }

    /** Becomes a member, as soon as the servers can be reached; does nothing if it is one. */
    public synchronized void start() {
        if (threads != null) {
            return;
        }
        id = UUID.randomUUID().toString();
        members.begin(id);
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "ha-sqlite-nats-members");
            thread.setDaemon(true);
            return thread;
        });
        threads = made;
        behind = true;
        link.addListener(comingAndGoing);
        if (link.isConnected()) {
            members.connected(System.nanoTime());
        }
        long period = Math.max(1, age.toMillis() / BEATS);
        // what waits for answers must not keep this node from saying that it is there
        var unused = made.scheduleAtFixedRate(this::speak, 0, period, TimeUnit.MILLISECONDS);
        var unusedToo = made.scheduleWithFixedDelay(this::look, 0, period, TimeUnit.MILLISECONDS);
    }

    private void speak() {
        try {
            if (link.isConnected()) {
                subscribe(link.connection());
                if (removed == null) {
                    say(false);
                }
            }
        } catch (IOException | RuntimeException e) {
            log.debug("Could not say that this node is there", e);
        }
        announce();
    }

    private synchronized void say(boolean left) throws IOException {
        if (!left && threads == null) {
            return;
        }
        link.connection()
                .publish(
                        subjects + Admission.token(description.name()),
                        new MemberMessage(self(), beat++, age, left).bytes());
    }

    private synchronized void subscribe(Connection connection) {
        if (connection.equals(subscribed) || threads == null) {
            return;
        }
        Dispatcher hearing = connection.createDispatcher(this::hear);
        hearing.subscribe(subjects + "*");
        hearing.subscribe(admission.nameSubject(description.name()), this::answer);
        dispatcher = hearing;
        subscribed = connection;
        behind = true;
    }

    /** Somebody asks whether this node's name is taken. */
    private void answer(Message question) {
        String to = question.getReplyTo();
        Connection connection = question.getConnection();
        if (to != null && connection != null && removed == null && threads != null) {
            connection.publish(to, new MemberMessage(self(), 0, age, false).bytes());
        }
    }

    private void hear(Message message) {
        MemberMessage said = MemberMessage.read(message.getData());
        if (said != null) {
            members.heard(said, System.nanoTime());
            announce();
        }
    }

    // ---- what has to be asked for

    private void look() {
        if (!link.isConnected()) {
            return;
        }
        try {
            String found = admission.removal(description.name());
            String before = removed;
            removed = found;
            if (found != null && before == null) {
                log.error("{}", found);
                removal.accept(found);
            } else if (found == null && before != null) {
                log.info("Node {} was let in again", description.name());
                removal.accept(null);
            }
            if (behind) {
                behind = false;
                catchUp();
            }
            complaint = null;
        } catch (IOException | JetStreamApiException | RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(complaint) && threads != null) {
                log.warn("Cannot read the members of the cluster, trying on: {}", reason);
            }
            complaint = reason;
            behind = true;
        }
        announce();
    }

    private void catchUp() throws IOException, JetStreamApiException {
        AuxiliaryStream.ensure(
                link,
                StreamConfiguration.builder()
                        .name(stream)
                        .description("Members of ha-sqlite clusters")
                        .subjects(stream + ".>")
                        .storageType(StorageType.File)
                        .maxMessagesPerSubject(1)
                        .maxAge(age)
                        .duplicateWindow(age)
                        .replicas(link.settings().replicas())
                        .build());
        MessageInfo message = LeaderReads.nextMessage(link.connection(), stream, subjects + "*", 1);
        while (message != null) {
            MemberMessage said = MemberMessage.read(message.getData());
            if (said != null) {
                members.heard(said, System.nanoTime());
            }
            message = LeaderReads.nextMessage(link.connection(), stream, subjects + "*", message.getSeq() + 1);
        }
    }

    // ---- who is there

    @Override
    public ClusterMember self() {
        ReplicationStatus now = status.get();
        return new ClusterMember(
                description.name(),
                id,
                description.started(),
                description.address(),
                description.commitMode(),
                description.readOnly(),
                description.version(),
                now.appliedSequence(),
                now.lagMessages(),
                description.server(),
                Duration.ZERO);
    }

    @Override
    public List<ClusterMember> list() {
        List<ClusterMember> all = new ArrayList<>();
        all.add(self());
        all.addAll(members.live(System.nanoTime()));
        return List.copyOf(all);
    }

    @Override
    public void addListener(Listener listener) {
        news.add(Objects.requireNonNull(listener, "listener"));
    }

    private void announce() {
        if (threads != null) {
            news.now(members.live(System.nanoTime()));
        }
    }

    // ---- by hand

    @Override
    public void remove(String name) throws IOException {
        if (name.equals(description.name())) {
            throw new IllegalArgumentException(
                    "node " + name + " cannot remove itself: stop it, and remove it on another node");
        }
        requireName(name);
        try {
            admission.remove(name, description.name());
            for (ClusterMember member : members.live(System.nanoTime())) {
                if (member.name().equals(name)) {
                    byte[] farewell = new MemberMessage(member, Long.MAX_VALUE, age, true).bytes();
                    link.connection().publish(subjects + Admission.token(name), farewell);
                }
            }
        } catch (IOException | JetStreamApiException | IllegalStateException e) {
            throw failed("remove the node '" + name + "'", e);
        }
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("no node can have this name: it has to have 1 to " + MAX_NAME
                    + " characters and no control characters");
        }
    }

    @Override
    public boolean admit(String name) throws IOException {
        if (name.equals(description.name())) {
            throw new IllegalArgumentException("node " + name + " cannot let itself in: do so on another node");
        }
        try {
            return admission.admit(name);
        } catch (IOException | JetStreamApiException e) {
            throw failed("let the node '" + name + "' in again", e);
        }
    }

    @Override
    public List<String> removed() throws IOException {
        try {
            return admission.removed();
        } catch (IOException | JetStreamApiException e) {
            throw failed("read which nodes were removed", e);
        }
    }

    private IOException failed(String attempt, Exception cause) {
        return new IOException(
                "Could not " + attempt + " at " + link.settings().maskedServers() + ": " + cause.getMessage(), cause);
    }

    /** Says that this node is no member any more, and hears nothing more, until it is started again. */
    @Override
    public void close() {
        ScheduledThreadPoolExecutor ended;
        synchronized (this) {
            ended = threads;
            if (ended == null) {
                return;
            }
            threads = null;
            ended.shutdownNow();
            link.removeListener(comingAndGoing);
            farewell();
        }
        try {
            ended.awaitTermination(FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        news.forget();
    }

    private void farewell() {
        Dispatcher hearing = dispatcher;
        Connection connection = subscribed;
        dispatcher = null;
        subscribed = null;
        try {
            if (removed == null) {
                link.farewell((server, patience) -> {
                    say(true);
                    server.flush(patience);
                });
            }
        } catch (IOException e) {
            log.debug("Could not say farewell", e);
        }
        try {
            if (hearing != null && connection != null) {
                connection.closeDispatcher(hearing);
            }
        } catch (IllegalStateException e) {
            log.debug("The connection is closed already", e);
        }
    }
}
