import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * What demo.sh needs of HTTP and of ports, so that a JDK is all that has to be there.
 *
 * <p>{@code get URL} and {@code post URL JSON} print the body and succeed if the answer is one of success; {@code free
 * PORT} succeeds if nothing listens there.
 */
final class DemoClient {

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
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (IOException e) {
            System.exit(1);
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
