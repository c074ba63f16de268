package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.testing.NatsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.javapoet.ClassName;

/** Which databases an application has, and which it cannot have. */
@Tag("system")
class DatabaseStartTests extends DatabaseContexts {

    @Test
    void whatCannotBeADatabaseIsRefused() throws IOException {
        Path data = Files.createDirectories(folder.resolve("n1"));
        refused("ha.sqlite.databases.main.path=x.db", "Invalid value 'main'", "ha.sqlite.databases");
        refused("ha.sqlite.databases.app.path=x.db", "app is the one of ha.sqlite.path", "ha.sqlite.databases");
        refused("ha.sqlite.databases.order-items.path=x.db", "Invalid value 'order-items'", "ha.sqlite.databases");
        refused("ha.sqlite.databases.orders.name=n2", "ha.sqlite.databases.orders.name", "ha.sqlite.databases");
        refused(
                "ha.sqlite.databases.orders.nats.embedded.port=1",
                "All databases share the embedded server",
                "ha.sqlite.databases.orders.nats.embedded");
        refused("ha.sqlite.databases.orders.nonsense=1", "ha.sqlite.databases.orders.nonsense", "Correct the name");
        refused(
                "ha.sqlite.databases.orders.path=",
                "no file is configured for the database orders",
                "Set ha.sqlite.databases.orders.path");
        refused(
                "ha.sqlite.databases.orders.path=jdbc:x",
                "ha.sqlite.databases.orders.path is 'jdbc:x'",
                "Set ha.sqlite.databases.orders.path to a plain path");
        refused(
                "ha.sqlite.databases.orders.path=" + data.resolve("../n1/./app.db"),
                "the databases app and orders have one file",
                "Set ha.sqlite.databases.orders.path");
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), data.resolve("app.db"));
        refused(
                "ha.sqlite.databases.orders.path=" + link,
                "the databases app and orders have one file",
                "Set ha.sqlite.databases.orders.path");
        Path linkedFolder = Files.createSymbolicLink(folder.resolve("linked"), data);
        refused(
                "ha.sqlite.databases.orders.path=" + linkedFolder.resolve("audit.db"),
                "the databases audit and orders have one file",
                "to a file of its own");
        refused(
                "ha.sqlite.databases.orders.pool.writers=0",
                "ha.sqlite.databases.orders.pool.writers",
                "Set ha.sqlite.databases.orders.pool.writers");
        Path text = Files.writeString(folder.resolve("text.db"), "this is no database");
        refused(
                "ha.sqlite.databases.orders.path=" + text,
                "database orders (ha.sqlite.databases.orders): " + text + " is not a SQLite database",
                "Set ha.sqlite.databases.orders.path to a SQLite database");
        assertThat(data).as("what is refused has begun nothing").isEmptyDirectory();
    }

    @Test
    void databasesThatCannotShareAStreamAreRefused() {
        String server = "ha.sqlite.replication-url=nats://127.0.0.1:1";
        refused(
                "ha.sqlite.databases.audit.stream=ha_replication",
                "share the stream ha_replication, but are not alike",
                "Leave out ha.sqlite.databases.audit.stream",
                server);
        refused(
                "ha.sqlite.databases.audit.stream=ha_replication",
                "have one replication id there, app",
                "Set ha.sqlite.databases.audit.replication-id",
                server,
                "ha.sqlite.databases.audit.commit-mode=sync",
                "ha.sqlite.databases.audit.replication-id=app");
    }

    private void refused(String property, String problem, String action, String... more) {
        node("n1")
                .withPropertyValues(property)
                .withPropertyValues(more)
                .run(context -> assertFailure(context, problem, action));
    }

    @Configuration(proxyBeanMethods = false)
    @PropertySource("classpath:io/github/hasqlite/autoconfigure/databases.properties")
    static class LateProperties {}

    @Test
    void databasesAreFoundInEnvironmentVariablesAndInPropertySourcesOfTheApplication() {
        contextRunner
                .withPropertyValues("ha.sqlite.path=" + folder.resolve("app.db"), "test.folder=" + folder)
                .withUserConfiguration(LateProperties.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "HA_SQLITE_DATABASES_VARIABLE_PATH",
                                        folder.resolve("variable.db").toString(),
                                        "HA_SQLITE_DATABASES_VARIABLE_POOL_READERS",
                                        "3",
                                        "HA_SQLITE_DATABASES_ABSENT_ENABLED",
                                        "false"))))
                .run(context -> {
                    assertThat(context.getBeansOfType(HaSqliteDataSource.class))
                            .containsOnlyKeys("dataSource", "lateDataSource", "variableDataSource");
                    assertThat(context.getBeansOfType(Database.class).values())
                            .extracting(
                                    Database::name,
                                    database -> database.properties().pool().readers())
                            .containsExactlyInAnyOrder(tuple("late", 2), tuple("variable", 3));
                });
    }

    @Test
    void whatCannotStartSaysWhichDatabaseItIs() {
        try (NatsServer server = NatsServer.start("authorization { user: u, password: geheim }")) {
            refused(
                    "ha.sqlite.databases.orders.replication-url=" + server.url(),
                    "database orders (ha.sqlite.databases.orders): ",
                    "Set either ha.sqlite.databases.orders.nats.user");
        }
    }

    @Test
    void contextsAreProcessedAheadOfTime() {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        TestPropertyValues.of(
                        "ha.sqlite.path=" + folder.resolve("app.db"),
                        "ha.sqlite.replication-url=nats://127.0.0.1:1",
                        "ha.sqlite.databases.orders.path=" + folder.resolve("orders.db"))
                .applyTo(context);
        context.register(HaSqliteAutoConfiguration.class);
        DefaultGenerationContext generation = new DefaultGenerationContext(
                new ClassNameGenerator(ClassName.get("io.github.hasqlite.autoconfigure", "Application")), files);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        String sources = files.getGeneratedFiles(GeneratedFiles.Kind.SOURCE).keySet().stream()
                .map(file -> content(files, file))
                .collect(Collectors.joining());
        assertThat(sources)
                .contains("ordersDataSource", "ordersTransactionManager", "ordersClusterLeader")
                .contains("setDefaultCandidate(false)", "AutowireCandidateQualifier");
    }

    private static String content(InMemoryGeneratedFiles files, String file) {
        try {
            return files.getGeneratedFileContent(GeneratedFiles.Kind.SOURCE, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
