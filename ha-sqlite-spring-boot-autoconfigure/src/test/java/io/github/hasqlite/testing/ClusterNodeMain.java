package io.github.hasqlite.testing;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import io.github.hasqlite.actuate.HaSqliteHealthContributorAutoConfiguration;
import io.github.hasqlite.actuate.HaSqliteHealthIndicator;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamInfo;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Health;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * A Spring Boot application with a node, and an embedded server if its arguments say so, that does what it is told, one
 * line of input after the other, and answers each with one line. Ends with its input.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    SslAutoConfiguration.class,
    HaSqliteAutoConfiguration.class,
    HaSqliteHealthContributorAutoConfiguration.class
})
public class ClusterNodeMain {

    /** Begins each line of the output that is an answer; others are of the log. */
    static final String ANSWER = "> ";

    /** Begins each line that says when this node has led: fencing token, from, to. */
    static final String REIGN = "reign ";

    /** How often it is looked whether this node leads, and how often that is said. */
    private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long TELL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ConfigurableApplicationContext context;
    private final HaSqliteDataSource dataSource;
    private @Nullable Writer writer;

    private ClusterNodeMain(ConfigurableApplicationContext context) {
        this.context = context;
        this.dataSource = context.getBean(HaSqliteDataSource.class);
    }

    /**
     * Runs until killed, or until the input ends.
     *
     * @param args properties as Spring Boot takes them
     */
    public static void main(String[] args) throws Exception {
        ConfigurableApplicationContext context;
        try {
            context = new SpringApplicationBuilder(ClusterNodeMain.class)
                    .web(WebApplicationType.NONE)
                    .run(args);
        } catch (RuntimeException e) {
            // its explanation is in the log
            System.out.println(ANSWER + "failed to start");
            Runtime.getRuntime().halt(1);
            return;
        }
        System.out.println(ANSWER + "ready");
        ClusterNodeMain main = new ClusterNodeMain(context);
        Thread watch = new Thread(main::watchLeader, "watch of the leader");
        watch.setDaemon(true);
        watch.start();
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                String answer;
                try {
                    answer = main.answer(line);
                } catch (Exception e) {
                    e.printStackTrace();
                    answer = "failed: " + e;
                }
                System.out.println(ANSWER + answer.replace('\n', ' '));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private String answer(String line) throws Exception {
        String[] words = line.split(" ", 2);
        return switch (words[0]) {
            case "execute" -> {
                execute(words[1]);
                yield "done";
            }
            case "update" -> String.valueOf(execute(words[1]));
            case "query" -> String.join(",", query(words[1]));
            case "status" -> {
                ReplicationStatus status = dataSource.replicationStatus();
                yield status.appliedSequence() + "," + status.outboxLength() + "," + status.halted();
            }
            case "health" -> {
                Health health = context.getBean(HaSqliteHealthIndicator.class).health();
                yield health.getStatus() + " " + health.getDetails();
            }
            case "content" ->
                HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(Content.of(dataSource).toString().getBytes(StandardCharsets.UTF_8)));
            case "server" -> String.valueOf(server().pid());
            case "stream" -> stream();
            case "leader" -> {
                ClusterLeader.Leader leads =
                        context.getBean(ClusterLeader.class).leader();
                yield leads == null ? "none" : leads.node() + " " + leads.token();
            }
            case "token" -> String.valueOf(context.getBean(ClusterLeader.class).token());
            case "members" ->
                context.getBean(ClusterMembers.class).list().stream()
                        .map(ClusterMember::name)
                        .sorted()
                        .collect(Collectors.joining(","));
            case "peers" -> String.valueOf(server().clusterPeers());
            case "remove" -> {
                server().removeClusterPeer(words[1]);
                yield "done";
            }
            case "write" -> {
                Writer started = new Writer(words[1]);
                writer = started;
                started.start();
                yield "done";
            }
            case "longest" ->
                String.valueOf(TimeUnit.NANOSECONDS.toMillis(writing().takeLongest()));
            case "written" -> String.valueOf(writing().written);
            case "stop" -> writing().end();
            case "rate" -> {
                String[] numbers = words[1].split(" ");
                yield String.valueOf(
                        Load.commitsPerSecond(dataSource, Integer.parseInt(numbers[0]), Long.parseLong(numbers[1])));
            }
            case "reads" -> Load.reads(dataSource, Long.parseLong(words[1]));
            case "close" -> {
                SpringApplication.exit(context);
                yield "done";
            }
            default -> throw new IllegalArgumentException(line);
        };
    }

    /** The server that leads the stream, how many replicas it is to have, and how many besides that one are current. */
    private String stream() throws Exception {
        Environment environment = context.getEnvironment();
        Options.Builder options = Options.builder().server(server().url()).noReconnect();
        String user = environment.getProperty("ha.sqlite.nats.embedded.user");
        if (user != null) {
            options.userInfo(user, environment.getProperty("ha.sqlite.nats.embedded.password", ""));
        }
        try (io.nats.client.Connection connection = Nats.connect(options.build())) {
            StreamInfo info = connection.jetStreamManagement().getStreamInfo("ha_replication");
            return info.getClusterInfo().getLeader() + " "
                    + info.getConfiguration().getReplicas() + " "
                    + info.getClusterInfo().getReplicas().stream()
                            .filter(replica -> replica.isCurrent() && !replica.isOffline())
                            .count();
        }
    }

    /** Says from when to when this node surely leads; each look lasts from before the question to after the answer. */
    private void watchLeader() {
        ClusterLeader leader = context.getBeanProvider(ClusterLeader.class).getIfAvailable();
        long token = 0;
        long from = 0;
        long to = 0;
        long said = 0;
        while (leader != null) {
            long before = System.nanoTime();
            long held = leader.token();
            if (token != 0 && (held != token || before - said > TELL_NANOS)) {
                said = before;
                System.out.println(REIGN + token + " " + from + " " + to);
            }
            if (held != token) {
                token = held;
                from = System.nanoTime();
                to = from;
            } else {
                to = before;
            }
            LockSupport.parkNanos(GLANCE_NANOS);
        }
    }

    private EmbeddedNatsServer server() {
        return context.getBean(EmbeddedNatsServer.class);
    }

    private Writer writing() {
        Writer current = writer;
        if (current == null) {
            throw new IllegalStateException("nothing is being written");
        }
        return current;
    }

    private int execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }

    /** Commits one row of {@code w(id)} after the other, says each that was acknowledged, and goes on after errors. */
    private final class Writer extends Thread {

        private final String prefix;
        private final AtomicLong longest = new AtomicLong();
        private volatile long lastNanos = System.nanoTime();
        private volatile int written;
        private volatile boolean ended;
        private volatile @Nullable String refused;

        Writer(String prefix) {
            this.prefix = prefix;
            setDaemon(true);
        }

        @Override
        public void run() {
            for (int i = 1; !ended; i++) {
                String id = prefix + "-" + i;
                try {
                    execute("INSERT INTO w VALUES('" + id + "')");
                    written++;
                    System.out.println("ack " + id);
                    long now = System.nanoTime();
                    longest.accumulateAndGet(now - lastNanos, Math::max);
                    lastNanos = now;
                } catch (SQLException e) {
                    refused = e.getSQLState() + " " + e.getMessage();
                    System.out.println("refused " + id + " " + refused);
                }
                LockSupport.parkNanos(PACE_NANOS);
            }
        }

        /** The longest time between two commits since this was asked last, also if it has not ended yet. */
        long takeLongest() {
            return Math.max(longest.getAndSet(0), System.nanoTime() - lastNanos);
        }

        String end() throws InterruptedException {
            ended = true;
            join();
            return written + " " + refused;
        }
    }
}
