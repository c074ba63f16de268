package io.github.hasqlite.benchmark;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Requests and answers as large as those of a query of one row, over a socket of loopback, between two threads that do
 * nothing else: what no protocol of requests and answers can be faster than.
 */
final class BareExchange implements AutoCloseable {

    private static final int REQUEST = 60;
    private static final int ANSWER = 140;
    private static final double NANOS = 1e9;

    private final ServerSocket server;
    private final Socket client;
    private final Thread answering;

    BareExchange() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        client = new Socket(server.getInetAddress(), server.getLocalPort());
        client.setTcpNoDelay(true);
        answering = new Thread(this::answer, "bare-exchange");
        answering.setDaemon(true);
        answering.start();
    }

    private void answer() {
        byte[] request = new byte[REQUEST];
        byte[] answer = new byte[ANSWER];
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                in.readFully(request);
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            // the client has closed it
        }
    }

    /** Exchanges for so many milliseconds, and answers how many times a second. */
    double exchange(long millis) throws IOException {
        byte[] request = new byte[REQUEST];
        byte[] answer = new byte[ANSWER];
        DataInputStream in = new DataInputStream(client.getInputStream());
        long start = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - start < millis * 1_000_000) {
            client.getOutputStream().write(request);
            in.readFully(answer);
            count++;
        }
        return count * NANOS / (System.nanoTime() - start);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        client.close();
        server.close();
        answering.join();
    }
}
