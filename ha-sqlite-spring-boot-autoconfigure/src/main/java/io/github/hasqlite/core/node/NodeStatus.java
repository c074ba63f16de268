package io.github.hasqlite.core.node;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.Outage;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.StreamGoneException;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.outbox.PendingQueue;
import io.github.hasqlite.core.replay.AppliedState;
import io.github.hasqlite.core.replay.Applier;
import io.github.hasqlite.core.replay.LocalReplica;
import io.github.hasqlite.core.snapshot.SnapshotRecovery;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Says how replication of one node is doing, from counters, without waiting for anything. Thread-safe. */
final class NodeStatus {

    /** A stream in which nothing happens is heard more often. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private final NodeSettings settings;
    private final ChangeSetPublisher publisher;
    private final @Nullable ChangeSetSubscriber subscriber;
    private final AppliedState state;
    private final Applier applier;
    private final PendingQueue pending;
    private final StreamJoin join;
    private final @Nullable FollowingParts following;
    private final PublishHealth trouble;
    private final Instant started;

    /** Since when there is an outage that nobody could say more about. */
    private volatile @Nullable Instant unexplained;

    /**
     * The status of one node.
     *
     * @param trouble of the publisher
     * @param following {@code null} if nothing comes in
     */
    NodeStatus(
            NodeSettings settings,
            ChangeSetPublisher publisher,
            PublishHealth trouble,
            LocalReplica replica,
            Applier applier,
            StreamJoin join,
            @Nullable FollowingParts following) {
        this.settings = settings;
        this.started = settings.runtime().now();
        this.publisher = publisher;
        this.subscriber = following == null ? null : following.subscriber();
        this.state = replica.state();
        this.applier = applier;
        this.pending = replica.pending();
        this.join = join;
        this.following = following;
        this.trouble = trouble;
    }

    ReplicationStatus now() {
        forgetWhatHasCome();
        // before the sequence: whoever sees the outbox empty finds the place of what was in it
        int outboxLength = pending.size();
        long received = applier.receivedSequence();
        String halted = applier.halted() != null ? applier.halted() + join.obstacle() : applier.obstacle();
        Outage outage = outage();
        SnapshotRecovery recovery = following == null ? null : following.recovery();
        return new ReplicationStatus(
                settings.name(),
                true,
                outage == null,
                state.sequence(),
                received + (subscriber == null ? 0 : subscriber.backlog()),
                lag(),
                outboxLength,
                applier.rejectedMessages(),
                applier.lastRejection(),
                halted == null ? join.refusal() : halted,
                applier.deadLetters(),
                recovery == null ? null : recovery.progress(),
                following == null ? null : following.verification().divergence(),
                outage,
                trouble.now(),
                age(pending.oldestMillis()),
                state.deliveredFrom());
    }

    /**
     * A server that went on after a while may have stored what was given up, and its answer may have gone with a
     * connection. The echo says so, and nobody may try again before this node is said to be well.
     */
    private void forgetWhatHasCome() {
        if (settings.commitMode() != CommitMode.STRICT && pending.size() == 0 && publisher.isConnected()) {
            trouble.unansweredIsStored();
        }
    }

    /** Why a commit is not in the stream, as far as that is known, with a semicolon in front; or empty. */
    String whyNotStored() {
        Outage outage = outage();
        String reason = outage == null ? trouble.reason() : outage.reason();
        return reason == null ? "" : "; " + reason;
    }

    /** What becomes of a transaction that is committed here and not known to be in the stream. */
    String fate() {
        String removal = applier.removal();
        if (removal != null) {
            return "it is committed on this node and is in the outbox; " + removal
                    + ", and it is replicated when this node is let in again";
        }
        return applier.isReset()
                ? "it is committed on this node and is in the outbox; replication has stopped because the stream is"
                        + " another one, and ha.sqlite.on-stream-reset decides at the next start what becomes of it"
                : "it is committed on this node, is in the outbox and will be replicated";
    }

    /** What has to happen before replication to this node goes on that has stopped, as the end of a sentence. */
    String wayOutOfHalt() {
        if (applier.removal() != null) {
            return "this node was let in again with ClusterMembers.admit() on another one";
        }
        if (applier.isReset()) {
            return applier.doubtfulReset() == null
                    ? "this node was started again, with ha.sqlite.on-stream-reset saying what becomes of its database"
                    : "the stream that it followed is there again and HaSqliteDataSource.retryReplication() was called, or"
                            + " this node was started again, with ha.sqlite.on-stream-reset saying what becomes of its"
                            + " database";
        }
        return applier.snapshotNeeded() > 0
                ? "there is a snapshot that goes so far: let a node that is up to date take one, from which this node"
                        + " goes on by itself"
                : "that is mended and HaSqliteDataSource.retryReplication() was called, or skipFailedChangeSet() to leave"
                        + " it out here";
    }

    /** What to do where replication stands still, for people; {@code null} if it does not, or the reason says that. */
    @Nullable
    String action() {
        if (applier.halted() != null) {
            return "Replication to this node goes on when " + wayOutOfHalt() + ".";
        }
        return applier.obstacle() == null
                ? null
                : "Replication to this node goes on by itself when its disk has room and works.";
    }

    /**
     * Since when a server answers but neither stores what is published nor delivers; {@code null} if it does, if
     * none can be reached, or if it says why it refuses.
     */
    @Nullable
    Instant storesNothingSince() {
        if (!publisher.isConnected()) {
            return null;
        }
        forgetWhatHasCome();
        Outage unanswered = trouble.unanswered();
        if (unanswered != null) {
            return unanswered.since();
        }
        Outage silence = applier.isReset() || subscriber == null ? null : subscriber.outage();
        return silence == null ? null : silence.since();
    }

    /** Whether a server says that there is no such stream. Asks it, so this may wait. */
    boolean isStreamGone() {
        try {
            if (subscriber != null) {
                subscriber.state();
            }
            return false;
        } catch (StreamGoneException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean hears() {
        return subscriber == null || (subscriber.isConnected() && join.joined());
    }

    private @Nullable Outage outage() {
        if (publisher.isConnected() && hears()) {
            unexplained = null;
            return null;
        }
        Outage known = publisher.outage();
        if (known == null && subscriber != null) {
            known = subscriber.outage();
        }
        if (known != null) {
            return known;
        }
        Instant since = unexplained;
        if (since == null) {
            since = join.joined() ? settings.runtime().now() : started;
            unexplained = since;
        }
        String removal = applier.removal();
        if (removal != null) {
            return new Outage(removal, since);
        }
        if (!join.begun()) {
            return new Outage(
                    "replication has not been started, because ha.sqlite.auto-start is false:"
                            + " HaSqliteDataSource.start() starts it",
                    since);
        }
        String reason = applier.isReset()
                ? "the stream is another one than this node follows"
                : hears() ? "the stream cannot be written to" : "this node has not joined the stream yet";
        return new Outage(reason, since);
    }

    private Duration lag() {
        long waitingSince = applier.oldestWaitingNs();
        Duration waiting = age(TimeUnit.NANOSECONDS.toMillis(waitingSince));
        Duration unheard = unheard();
        return unheard.compareTo(waiting) > 0 ? unheard : waiting;
    }

    /** For how long the stream has not been heard; zero if that means nothing. */
    private Duration unheard() {
        Instant now = settings.runtime().now();
        Instant heard = subscriber == null ? null : subscriber.lastHeard();
        if (hears()) {
            Duration unheard = heard == null ? Duration.ZERO : Duration.between(heard, now);
            return unheard.compareTo(QUIET) > 0 ? unheard : Duration.ZERO;
        }
        Outage silence = subscriber == null ? null : subscriber.outage();
        Instant since = silence != null ? silence.since() : join.joined() ? now : started;
        return Duration.between(heard != null && heard.isBefore(since) ? heard : since, now);
    }

    /** Since a time in milliseconds since 1970; zero if that is 0. */
    private Duration age(long millis) {
        return millis == 0
                ? Duration.ZERO
                : Duration.ofMillis(Math.max(0, settings.runtime().currentTimeMillis() - millis));
    }
}
