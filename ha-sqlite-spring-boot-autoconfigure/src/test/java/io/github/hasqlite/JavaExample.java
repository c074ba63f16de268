package io.github.hasqlite;

import io.github.hasqlite.MarkdownPage.Block;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Complete classes, without the package and the usual imports. */
final class JavaExample {

    /** What examples do not say, but would have to. */
    private static final String IMPORTS = Stream.of(
                    "io.github.hasqlite.*",
                    "io.github.hasqlite.autoconfigure.HaSqliteConnectionDetails",
                    "io.github.hasqlite.nats.server.EmbeddedNatsServer",
                    "java.io.*",
                    "java.nio.file.*",
                    "java.sql.Connection",
                    "java.sql.SQLException",
                    "java.time.*",
                    "java.util.*",
                    "java.util.concurrent.*",
                    "javax.sql.DataSource",
                    "org.flywaydb.core.Flyway",
                    "org.jspecify.annotations.Nullable",
                    "org.springframework.beans.factory.annotation.Qualifier",
                    "org.springframework.boot.flyway.autoconfigure.FlywayMigrationInitializer",
                    "org.springframework.boot.test.context.TestConfiguration",
                    "org.springframework.boot.testcontainers.service.connection.ServiceConnection",
                    "org.springframework.context.annotation.*",
                    "org.springframework.context.event.EventListener",
                    "org.springframework.core.env.Environment",
                    "org.springframework.core.retry.RetryException",
                    "org.springframework.core.retry.RetryTemplate",
                    "org.springframework.dao.*",
                    "org.springframework.jdbc.core.simple.JdbcClient",
                    "org.springframework.resilience.annotation.*",
                    "org.springframework.scheduling.annotation.Scheduled",
                    "org.springframework.stereotype.*",
                    "org.springframework.transaction.annotation.*",
                    "org.springframework.transaction.support.*",
                    "org.testcontainers.containers.GenericContainer")
            .reduce("", (all, name) -> all + "import " + name + "; ");

    private JavaExample() {}

    /** What the compiler finds wrong with a block, each with its line in the page; class files go to a folder. */
    static List<String> errors(MarkdownPage page, Block block, Path classes) {
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return "package example; " + IMPORTS + "\n" + block.text();
                    }
                };
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        boolean compiled = compiler.getTask(
                        new StringWriter(),
                        null,
                        diagnostics,
                        List.of(
                                "--release",
                                "17",
                                "-proc:none",
                                "-implicit:none",
                                "-parameters",
                                "-d",
                                classes.toString(),
                                "-classpath",
                                System.getProperty("java.class.path")),
                        null,
                        List.of(source))
                .call();
        List<String> errors = diagnostics.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                // the imports stand in a line before the block
                .map(error ->
                        page.name() + ":" + (block.line() + error.getLineNumber() - 2) + ": " + error.getMessage(null))
                .toList();
        if (!compiled && errors.isEmpty()) {
            throw new IllegalStateException(
                    "the compiler failed and does not say why: " + diagnostics.getDiagnostics());
        }
        return errors;
    }
}
