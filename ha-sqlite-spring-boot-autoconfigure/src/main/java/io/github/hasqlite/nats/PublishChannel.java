package io.github.hasqlite.nats;

import io.github.hasqlite.PublishException;
import io.github.hasqlite.PublishException.Reason;
import io.github.hasqlite.WrongLastSequenceException;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.NUID;
import io.nats.client.ReadListener;
import io.nats.client.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The way of a message to the stream and of its acknowledgement back.
 *
 * <p>What costs between a publish and its acknowledgement is not the network but the hand-overs
 * between threads, about 20 µs each on two busy cores: in the client library's own request from the
 * caller to its writer thread, from its reader thread to a dispatcher thread, and from there to the
 * caller. Only the last is needed. So a message that is alone on the way is written to the socket by
 * the committing thread itself, which halves the round trip; where others are on the way it goes
 * through the writer thread, which puts many into one system call. Acknowledgements are seen by the
 * reader thread.
 */
final class PublishChannel implements LinkListener, ReadListener, DirectDataPort.Owner {

    /** The message is stored wherever the stream is. */
    static final long ANY_SEQUENCE = -1;

    private static final int RADIX = 36;

    /** Fits into every socket buffer at once, so that writing it cannot block. */
    private static final int DIRECT_LIMIT = 32 << 10;

    private final String subject;
    private final String inbox;
    private final byte[] publishHead;
    private final byte[] headersHead;
    private final InFlight inFlight;

    private volatile @Nullable Connection connection;
    private volatile long maxPayload = Long.MAX_VALUE;

    /** The connection that has the subscription to {@link #inbox}; only the link's events touch it. */
    private @Nullable Connection subscribed;

    /** The newest port: not ready before an acknowledgement has come through it. */
    private volatile @Nullable DirectDataPort newest;

    /**
     * The port to write to, {@code null} if everything has to go through the writer thread: when
     * connecting, and as long as something may still wait there for longer than it was waited for.
     */
    private volatile @Nullable DirectDataPort direct;

    PublishChannel(String subject, InFlight inFlight) {
        this.subject = subject;
        this.inFlight = inFlight;
        inbox = "_INBOX." + NUID.nextGlobal() + ".";
        publishHead = ("PUB " + subject + " " + inbox).getBytes(StandardCharsets.UTF_8);
        headersHead = ("HPUB " + subject + " " + inbox).getBytes(StandardCharsets.UTF_8);
    }

    /** The connection, or {@code null} while there is none. */
    @Nullable
    Connection connection() {
        return connection;
    }

    /** The largest message the server takes, in bytes; {@link Long#MAX_VALUE} if it is not known. */
    long maxPayload() {
        return maxPayload;
    }

    /**
     * Sends a message, in the order of calls. Completes the entry exceptionally if it cannot.
     *
     * @param headers what is sent along
     */
    void send(Connection through, InFlight.Entry entry, byte[] message, MessageHeaders headers) {
        try {
            if (!sendDirectly(entry, message, headers)) {
                String replyTo = inbox + Long.toString(entry.token(), RADIX);
                if (headers.isEmpty()) {
                    through.publish(subject, replyTo, message);
                } else {
                    through.publish(subject, replyTo, headers.toClient(), message);
                }
            }
        } catch (IOException | RuntimeException e) {
            inFlight.fail(
                    entry, new PublishException(Reason.DISCONNECTED, "Could not send to NATS: " + e.getMessage(), e));
        }
        if (connection != through) {
            // lost after all others on the way had been failed
            inFlight.fail(entry, lost());
        }
    }

    private boolean sendDirectly(InFlight.Entry entry, byte[] message, MessageHeaders headers) throws IOException {
        DirectDataPort port = direct;
        if (port == null || message.length > DIRECT_LIMIT || inFlight.size() > 1) {
            return false;
        }
        try {
            return port.tryWrite(frame(entry, message, headers));
        } catch (IOException e) {
            distrust();
            // half a message may have been written: nothing else may follow it
            port.close();
            throw e;
        }
    }

    private byte[] frame(InFlight.Entry entry, byte[] message, MessageHeaders headers) {
        String token = Long.toString(entry.token(), RADIX);
        byte[] head = publishHead;
        String tail = token + " " + message.length + "\r\n";
        if (!headers.isEmpty()) {
            String block = headers.block();
            head = headersHead;
            tail = token + " " + block.length() + " " + (block.length() + message.length) + "\r\n" + block;
        }
        byte[] ascii = tail.getBytes(StandardCharsets.ISO_8859_1);
        byte[] frame = new byte[head.length + ascii.length + message.length + 2];
        System.arraycopy(head, 0, frame, 0, head.length);
        System.arraycopy(ascii, 0, frame, head.length, ascii.length);
        System.arraycopy(message, 0, frame, head.length + ascii.length, message.length);
        frame[frame.length - 2] = '\r';
        frame[frame.length - 1] = '\n';
        return frame;
    }

    /** Something may still wait in the writer thread: nothing may overtake it. */
    void distrust() {
        direct = null;
    }

    @Override
    public void connected(Connection through) {
        if (subscribed != through) {
            subscribed = through;
            // acknowledgements are taken before they reach this subscription's queue: nobody empties it
            Subscription subscription = through.subscribe(inbox + "*");
            subscription.setPendingLimits(1, 1);
        }
        long limit = through.getServerInfo().getMaxPayload();
        maxPayload = limit > 0 ? Math.min(limit, ReplicationStream.MAX_MESSAGE) : ReplicationStream.MAX_MESSAGE;
        connection = through;
    }

    @Override
    public void disconnected() {
        connection = null;
        direct = null;
        inFlight.failAll(lost());
    }

    @Override
    public void opening(DirectDataPort port) {
        direct = null;
        newest = port;
    }

    /** Called by the thread that reads from the connection, with every message it has read. */
    @Override
    public void message(String operation, Message message) {
        String to = message.getSubject();
        if (!to.startsWith(inbox)) {
            return;
        }
        InFlight.Entry entry = inFlight.answered(Long.parseLong(to, inbox.length(), to.length(), RADIX));
        if (entry == null) {
            return;
        }
        if (direct == null) {
            // this thread reads from the newest port, and what was written before has arrived
            direct = newest;
        }
        try {
            entry.complete(PublishAcks.sequence(message));
        } catch (PublishException | WrongLastSequenceException e) {
            entry.completeExceptionally(e);
        }
    }

    private static PublishException lost() {
        return new PublishException(
                Reason.DISCONNECTED, "The connection to NATS was lost before the acknowledgement came");
    }
}
