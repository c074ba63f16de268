package io.github.hasqlite.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.FileSystemUtils;

/**
 * Gives tests that ask for a test database, as the slices {@code @JdbcTest}, {@code @DataJdbcTest} and {@code
 * @DataJpaTest} do, a new database file that is not replicated, instead of an in-memory database of another
 * kind; further databases get one each. Properties that the test sets itself win, and so does a {@code replace} of its own.
 */
final class LocalTestDatabase implements ContextCustomizerFactory {

    /** By name: the module of Spring Boot that has it need not be there. */
    private static final String ASKS = "org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase";

    private static final String REPLACE_BY_DEFAULT = "NON_TEST";
    private static final String INIT_MODE = "spring.sql.init.mode";
    private static final String DDL_AUTO = "spring.jpa.hibernate.ddl-auto";
    private static final String BEAN = "haSqliteTestDatabase";

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            var asks =
                    MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).get(ASKS);
            if (asks.isPresent()) {
                return asks.getValue("replace").map(String::valueOf).orElse("").equals(REPLACE_BY_DEFAULT)
                        ? new Customizer()
                        : null;
            }
        }
        return null;
    }

    /** Equal to any other: tests that differ in nothing else share a context. */
    private record Customizer() implements ContextCustomizer {

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
            if (!context.getEnvironment().getProperty("ha.sqlite.enabled", Boolean.class, true)) {
                return;
            }
            Folder folder = Folder.create();
            Map<String, Object> properties = new HashMap<>(Map.of(
                    "spring.test.database.replace",
                    "none",
                    "ha.sqlite.path",
                    folder.path().resolve("test.db").toString(),
                    OnNatsCondition.URL,
                    "",
                    OnNatsCondition.EMBEDDED,
                    "false"));
            List<String> others = DatabaseProperties.names(context.getEnvironment());
            for (String other : others) {
                properties.put(
                        DatabaseProperties.prefix(other) + ".path",
                        folder.path().resolve(other + ".db").toString());
                properties.put(DatabaseProperties.prefix(other) + ".replication-url", "");
            }
            if (!context.getEnvironment().containsProperty(INIT_MODE)) {
                // as for the in-memory database that a slice has otherwise
                properties.put(INIT_MODE, "always");
            }
            if (!context.getEnvironment().containsProperty(DDL_AUTO) && !migrates(context.getClassLoader())) {
                // the same, where no migration makes the tables
                properties.put(DDL_AUTO, "create-drop");
            }
            MapPropertySource local = new MapPropertySource(BEAN, properties);
            MutablePropertySources sources = context.getEnvironment().getPropertySources();
            String ofTheTest = TestPropertySourceUtils.INLINED_PROPERTIES_PROPERTY_SOURCE_NAME;
            if (sources.contains(ofTheTest)) {
                sources.addAfter(ofTheTest, local);
            } else {
                sources.addFirst(local);
            }
            if (context.getBeanFactory() instanceof DefaultListableBeanFactory beans) {
                beans.registerSingleton(BEAN, folder);
                beans.registerDisposableBean(BEAN, folder);
                // what depends on it is closed before
                beans.registerDependentBean(BEAN, "haSqliteNode");
                others.forEach(other -> beans.registerDependentBean(BEAN, DatabasesRegistrar.beanName(other)));
            }
        }
    }

    private static boolean migrates(@Nullable ClassLoader loader) {
        return ClassUtils.isPresent("org.flywaydb.core.Flyway", loader)
                || ClassUtils.isPresent("liquibase.Liquibase", loader);
    }

    /** A temporary folder, removed with the context. */
    private record Folder(Path path) implements DisposableBean {

        static Folder create() {
            try {
                return new Folder(Files.createTempDirectory("ha-sqlite-test"));
            } catch (IOException e) {
                throw new UncheckedIOException("a temporary folder for the test's database cannot be made", e);
            }
        }

        @Override
        public void destroy() throws IOException {
            FileSystemUtils.deleteRecursively(path);
        }
    }
}
