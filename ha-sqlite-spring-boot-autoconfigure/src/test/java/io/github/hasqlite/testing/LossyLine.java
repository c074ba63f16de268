package io.github.hasqlite.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A line between clients and a NATS server on which single messages to the stream, and its single
 * acknowledgements, get lost: the connection stays, as when a server takes a message and dies before it has
 * copied it to another one.
 */
public final class LossyLine implements AutoCloseable {

    private static final String LAST = "\"last_seq\":";
    private static final int CHUNK = 1 << 16;

    private final URI server;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger messagesToLose = new AtomicInteger();
    private final AtomicInteger answersToLose = new AtomicInteger();
    private final AtomicInteger forgotten = new AtomicInteger();
    private volatile boolean forgetting;
    private volatile boolean cut;
    private final AtomicInteger lost = new AtomicInteger();

    private LossyLine(String url) throws IOException {
        server = URI.create(url);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Opens a line to a server. */
    public static LossyLine to(NatsServer server) {
        try {
            return new LossyLine(server.url());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where clients reach the server through it. */
    public String url() {
        return "nats://127.0.0.1:" + listener.getLocalPort();
    }

    /** Loses the next message to the stream that travels alone. */
    public void loseNextMessage() {
        messagesToLose.incrementAndGet();
    }

    /** Loses the next acknowledgement that travels alone. */
    public void loseNextAnswer() {
        answersToLose.incrementAndGet();
    }

    /** Cuts the line and lets nobody through, or lets clients through again. */
    public void cut(boolean off) {
        cut = off;
        if (off) {
            sockets.forEach(LossyLine::close);
            sockets.clear();
        }
    }

    /** Lets the server say that a stream has never had a message, as one does that begins with an empty disk. */
    public void forgetStreams(boolean on) {
        forgetting = on;
    }

    /** How often the server has said so. */
    public int forgotten() {
        return forgotten.get();
    }

    /** How much has been lost. */
    public int lost() {
        return lost.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                if (cut) {
                    client.close();
                    continue;
                }
                Socket target = new Socket(server.getHost(), server.getPort());
                client.setTcpNoDelay(true);
                target.setTcpNoDelay(true);
                sockets.addAll(List.of(client, target));
                start(() -> copy(client, target, messagesToLose, LossyLine::isMessage));
                start(() -> copy(target, client, answersToLose, LossyLine::isAnswer));
            }
        } catch (IOException e) {
            close();
        }
    }

    private static boolean isMessage(String chunk) {
        return (chunk.startsWith("PUB ") || chunk.startsWith("HPUB "))
                && !chunk.contains("$JS.")
                && chunk.endsWith("\r\n");
    }

    private static boolean isAnswer(String chunk) {
        return chunk.startsWith("MSG _INBOX.") && chunk.contains("\r\n{\"stream\":\"") && chunk.contains("\"seq\":");
    }

    private void copy(Socket from, Socket to, AtomicInteger toLose, Predicate<String> concerns) {
        byte[] bytes = new byte[CHUNK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                if (toLose.get() > 0
                        && concerns.test(new String(Arrays.copyOf(bytes, length), StandardCharsets.ISO_8859_1))) {
                    toLose.decrementAndGet();
                    lost.incrementAndGet();
                } else {
                    forget(bytes, length);
                    out.write(bytes, 0, length);
                }
            }
        } catch (IOException e) {
            // one side is gone, so the other has nobody to talk to
        } finally {
            close(from);
            close(to);
        }
    }

    /** Writes another number of the same length. */
    private void forget(byte[] bytes, int length) {
        if (!forgetting) {
            return;
        }
        String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(LAST);
        if (at < 0 || !text.contains("stream_info_response")) {
            return;
        }
        int from = at + LAST.length();
        int end = from;
        while (text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            bytes[end++] = ' ';
        }
        bytes[end - 1] = '0';
        forgotten.incrementAndGet();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "lossy-line");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(LossyLine::close);
    }
}
