import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What demo.sh needs of HTTP, of NATS and of ports, so that a JDK is all that has to be there.
 *
 * <ul>
 *   <li>{@code get URL} and {@code post URL JSON} print the body and succeed if the answer is one of success.
 *   <li>{@code free PORT} succeeds if nothing listens there.
 *   <li>{@code leader PORT} asks the NATS server at a port which node's server leads the stream, and prints its number.
 *   <li>{@code replicated PORT SECONDS} waits until the stream is on three servers.
 *   <li>{@code insert SECONDS FILE URL...} adds tasks on all nodes, and writes the ids of those that were acknowledged.
 *   <li>{@code compare FILE SECONDS URL...} waits until all nodes have the same tasks; succeeds if none of the file is
 *       missing.
 * </ul>
 */
final class DemoClient {

    private static final Pattern LEADER = Pattern.compile("\"leader\"\\s*:\\s*\"n(\\d)\"");
    private static final Pattern CURRENT = Pattern.compile("\"current\"\\s*:\\s*true");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]*)\"");

    private DemoClient() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            switch (args[0]) {
                case "get" -> send(request(args[1]).GET());
                case "post" ->
                    send(request(args[1])
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(args[2])));
                case "free" -> bind(Integer.parseInt(args[1]));
                case "leader" -> {
                    String leader = find(LEADER, streamInfo(Integer.parseInt(args[1])));
                    if (leader == null) {
                        System.exit(1);
                    }
                    System.out.println(leader);
                }
                case "replicated" -> awaitReplicas(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
                case "insert" ->
                    insert(Integer.parseInt(args[1]), Path.of(args[2]), List.of(args).subList(3, args.length));
                case "compare" ->
                    compare(Path.of(args[1]), Integer.parseInt(args[2]), List.of(args).subList(3, args.length));
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (IOException e) {
            System.exit(1);
        }
    }

    /** The answer of a NATS server to a question about the stream, in JSON. */
    private static String streamInfo(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(3000);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            socket.getOutputStream()
                    .write(("CONNECT {\"verbose\":false}\r\nSUB answer 1\r\n"
                                    + "PUB $JS.API.STREAM.INFO.ha_replication answer 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith("MSG ")) {
                    return answers.readLine();
                }
            }
        }
        throw new IOException("no answer");
    }

    private static String find(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? found.group(1) : null;
    }

    private static void awaitReplicas(int port, int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            try {
                Matcher current = CURRENT.matcher(streamInfo(port));
                int others = 0;
                while (current.find()) {
                    others++;
                }
                if (others == 2) {
                    return;
                }
            } catch (IOException e) {
                // an election
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        System.exit(1);
    }

    private static void insert(int seconds, Path file, List<String> urls) throws InterruptedException, IOException {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Thread> writers = new ArrayList<>();
        for (String url : urls) {
            Thread writer = new Thread(() -> insertUntil(end, url, acknowledged));
            writers.add(writer);
            writer.start();
        }
        for (Thread writer : writers) {
            writer.join();
        }
        Files.write(file, acknowledged);
        System.out.println(acknowledged.size() + " rows were acknowledged.");
    }

    private static void insertUntil(long end, String url, Set<String> acknowledged) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
        for (int i = 1; System.nanoTime() < end; i++) {
            try {
                HttpResponse<String> answer = client.send(
                        request(url + "/api/tasks")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"title\": \"Task " + i + "\"}"))
                                .build(),
                        BodyHandlers.ofString());
                if (answer.statusCode() / 100 == 2) {
                    acknowledged.add(find(ID, answer.body()));
                    continue;
                }
            } catch (IOException e) {
                // it is dead just now
            } catch (InterruptedException e) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private static void compare(Path file, int seconds, List<String> urls) throws IOException, InterruptedException {
        Set<String> wanted = new TreeSet<>(Files.readAllLines(file));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (true) {
            Map<String, String> digests = new LinkedHashMap<>();
            Set<String> missing = new TreeSet<>();
            for (String url : urls) {
                String all = HttpClient.newHttpClient()
                        .send(request(url + "/api/tasks").GET().build(), BodyHandlers.ofString())
                        .body();
                digests.put(url, digest(all));
                Set<String> absent = new TreeSet<>(wanted);
                Matcher ids = ID.matcher(all);
                while (ids.find()) {
                    absent.remove(ids.group(1));
                }
                missing.addAll(absent);
            }
            boolean equal = new HashSet<>(digests.values()).size() == 1;
            if ((equal && missing.isEmpty()) || System.nanoTime() > end) {
                digests.forEach((url, digest) -> System.out.println(url + " has the digest " + digest));
                System.out.println(missing.size() + " acknowledged rows are missing.");
                System.exit(equal && missing.isEmpty() ? 0 : 1);
            }
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
    }

    private static void send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(5))
                .build()
                .send(request.build(), BodyHandlers.ofByteArray());
        System.out.println(new String(response.body(), StandardCharsets.UTF_8));
        System.exit(response.statusCode() / 100 == 2 ? 0 : 1);
    }

    /** Both on loopback and on all interfaces: a listener may hold either alone. */
    private static void bind(int port) throws IOException {
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
        new ServerSocket(port).close();
    }
}
