package io.github.hasqlite.autoconfigure;

import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What is looked up by name when an application runs: the properties, the configurations that {@link RunTimeChoice} looks
 * at, and resources. SQLite's native libraries are in the metadata of sqlite-jdbc itself.
 */
final class HaSqliteRuntimeHints implements RuntimeHintsRegistrar {

    private static final String[] RESOURCES = {
        "sql-error-codes.xml",
        "io/github/hasqlite/quartz/tables_sqlite.sql",
        "io/github/hasqlite/http/api/openapi.json",
        "io/github/hasqlite/postgres/catalog/*.sql",
        "META-INF/ha-sqlite/nats-server-*",
        // the library for the platform that the image is made for, where zstd-jni looks for it
        "linux/*/libzstd-jni-*.so",
        "darwin/*/libzstd-jni-*.dylib",
        "win/*/libzstd-jni-*.dll"
    };

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        properties(HaSqliteProperties.class, hints);
        for (Class<?> configuration : new Class<?>[] {NatsReplicationConfiguration.class, ClusterConfiguration.class}) {
            hints.reflection().registerType(configuration, MemberCategory.INVOKE_DECLARED_METHODS);
        }
        for (String configuration : RunTimeChoice.OPTIONAL) {
            hints.reflection()
                    .registerTypeIfPresent(classLoader, configuration, MemberCategory.INVOKE_DECLARED_METHODS);
        }
        hints.reflection().registerType(HaSqliteDriver.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
        for (String resource : RESOURCES) {
            hints.resources().registerPattern(resource);
        }
    }

    private static void properties(Class<?> type, RuntimeHints hints) {
        hints.reflection()
                .registerType(type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS, MemberCategory.INVOKE_PUBLIC_METHODS);
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType().isRecord()) {
                properties(component.getType(), hints);
            }
        }
    }
}
