package io.github.hasqlite.benchmark;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.testing.NatsServer;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.util.FileSystemUtils;

/**
 * Compares transactions of several builds of the product, to see what a change costs. Each build has a class
 * loader, an application and a nats-server of its own in this one process, and they write in turn, in blocks so short
 * that whatever else the machine does meets all of them. Arguments: the commit mode, then the folders of the builds'
 * main classes, each with properties of its own behind commas if it is to have some
 * ({@code target/classes,ha.sqlite.keys.blocks.enabled=false}); with the first one named twice, the second shows what
 * the comparison itself is worth. System properties: {@code rounds} (1000), the first half of which is not counted;
 * {@code literals} ({@code false}), whether each row is written with a text of its own instead of a prepared statement;
 * {@code rows} of a transaction (1), one batch if there are more. The name {@code plain} stands for HikariCP with
 * sqlite-jdbc.
 */
public final class BuildComparison {

    private static final int ROWS = Integer.getInteger("rows", 1);
    private static final int BLOCK = Math.max(1, 100 / ROWS);
    private static final boolean LITERALS = Boolean.getBoolean("literals");
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private BuildComparison() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger("rounds", 1_000);
        Path folder = Files.createTempDirectory("ha-sqlite-benchmark");
        List<Build> builds = new ArrayList<>();
        try {
            for (int i = 1; i < args.length; i++) {
                builds.add(Build.start(args[i], args[0], folder.resolve("db" + i)));
            }
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < builds.size(); i++) {
                    builds.get((i + round) % builds.size()).write(round >= rounds / 2);
                }
            }
            for (Build build : builds) {
                build.print(builds.get(0));
            }
        } finally {
            for (Build build : builds) {
                build.close();
            }
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** One build, running. */
    private record Build(
            String name, DataSource dataSource, List<AutoCloseable> parts, List<Double> wall, List<Double> processor) {

        static Build start(String name, String mode, Path database) throws Exception {
            if (name.equals("plain")) {
                return plain(database);
            }
            List<String> named = List.of(name.split(","));
            ClassLoader loader = new ChildFirst(Path.of(named.get(0)));
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            NatsServer server = NatsServer.start();
            try {
                ConfigurableApplicationContext application = new SpringApplicationBuilder(
                                loader.loadClass("io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration"))
                        .resourceLoader(new DefaultResourceLoader(loader))
                        .web(WebApplicationType.NONE)
                        .bannerMode(Banner.Mode.OFF)
                        .logStartupInfo(false)
                        .properties(named.subList(1, named.size()).toArray(String[]::new))
                        .run(
                                "--ha.sqlite.path=" + database,
                                "--ha.sqlite.name=n1",
                                "--ha.sqlite.commit-mode=" + mode,
                                "--ha.sqlite.replication-url=" + server.url());
                return of(name, application.getBean(DataSource.class), List.of(application, server));
            } catch (SQLException | RuntimeException | ClassNotFoundException e) {
                server.close();
                throw e;
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        private static Build plain(Path database) throws SQLException {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl("jdbc:sqlite:" + database
                    + "?journal_mode=WAL&synchronous=NORMAL&cache_size=-16384&temp_store=MEMORY&busy_timeout=5000");
            HikariDataSource plain = new HikariDataSource(config);
            return of("plain", plain, List.of(plain));
        }

        private static Build of(String name, DataSource dataSource, List<AutoCloseable> parts) throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("CREATE TABLE sample(id INTEGER PRIMARY KEY, name TEXT, number INTEGER)");
            }
            return new Build(name, dataSource, parts, new ArrayList<>(), new ArrayList<>());
        }

        void write(boolean counted) throws SQLException {
            long start = System.nanoTime();
            long used = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < BLOCK; i++) {
                try (Connection connection = dataSource.getConnection()) {
                    connection.setAutoCommit(false);
                    insert(connection, i);
                    connection.commit();
                }
            }
            if (counted) {
                processor.add((THREADS.getCurrentThreadCpuTime() - used) / 1e3 / BLOCK);
                wall.add((System.nanoTime() - start) / 1e3 / BLOCK);
            }
        }

        private static void insert(Connection connection, int number) throws SQLException {
            if (LITERALS) {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate(
                            "INSERT INTO sample(name, number) VALUES('name of the row'," + number + ")");
                }
                return;
            }
            try (PreparedStatement statement =
                    connection.prepareStatement("INSERT INTO sample(name, number) VALUES(?,?)")) {
                for (int i = 0; i < ROWS; i++) {
                    statement.setString(1, "name of the row");
                    statement.setInt(2, number + i);
                    if (ROWS > 1) {
                        statement.addBatch();
                    }
                }
                if (ROWS > 1) {
                    statement.executeBatch();
                } else {
                    statement.executeUpdate();
                }
            }
        }

        void print(Build first) {
            System.out.printf(
                    Locale.ROOT,
                    "%-50s %7.1f us a transaction, %.3f of the first; %7.1f us of its thread, %.3f of the first%n",
                    name,
                    Rounds.median(wall),
                    ratio(wall, first.wall),
                    Rounds.median(processor),
                    ratio(processor, first.processor));
        }

        private static double ratio(List<Double> ours, List<Double> base) {
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < ours.size(); i++) {
                ratios.add(ours.get(i) / base.get(i));
            }
            return Rounds.median(ratios);
        }

        void close() throws Exception {
            for (AutoCloseable part : parts) {
                part.close();
            }
        }
    }

    /** Loads the product from a build's folder; and the NATS client, which loads some of its classes, with it. */
    private static final class ChildFirst extends URLClassLoader {

        ChildFirst(Path classes) throws IOException {
            super(urls(classes), BuildComparison.class.getClassLoader());
        }

        private static URL[] urls(Path classes) throws MalformedURLException {
            List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (Path.of(entry).getFileName().toString().startsWith("jnats-")) {
                    urls.add(Path.of(entry).toUri().toURL());
                }
            }
            return urls.toArray(URL[]::new);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.github.hasqlite.") && !name.startsWith("io.nats.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
