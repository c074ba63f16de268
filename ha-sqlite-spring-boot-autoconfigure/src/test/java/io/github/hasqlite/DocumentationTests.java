package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.MarkdownPage.Block;
import io.github.hasqlite.actuate.HaSqliteMetrics;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteProperties;
import io.github.hasqlite.testing.DisconnectedPublisher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.sqlite.SQLiteJDBCLoader;

/**
 * What the README and the pages beside it say holds: their examples bind, compile and run, and what they name exists.
 */
class DocumentationTests {

    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path PROJECT = MODULE.resolve("..").normalize();
    private static final Path README = PROJECT.resolve("README.md");
    private static final Path DOCS = MODULE.resolve("docs");
    private static final int README_LINES = 149;

    private static final String PREFIX = "ha.sqlite";

    /** The languages of blocks that something here looks at. */
    private static final Set<String> LANGUAGES = Set.of("yaml", "java", "sql", "console", "xml");

    private static final Pattern PROPERTY = Pattern.compile("(?<![a-z.])ha\\.sqlite\\.[a-z][a-z0-9.-]*[a-z0-9]");
    /** What each of several databases has, as the primary one. */
    private static final Pattern OF_A_DATABASE = Pattern.compile("^ha\\.sqlite\\.databases\\.[a-z0-9]+\\.(?=.)");

    private static final Pattern TEST_PROPERTY = Pattern.compile("ha\\.sqlite\\.test\\..*");
    private static final Pattern SHORT_PROPERTY = Pattern.compile("([a-z]+)(?:\\.[a-z-]+)+");
    private static final Pattern NAMED_CLASS = Pattern.compile("\\w+(?:Tests|Benchmark)");
    private static final Pattern PROGRAM = Pattern.compile("\\bio\\.github\\.hasqlite(?:\\.\\w+)+");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> yamlBindsToTheProperties() throws IOException {
        return perBlock("yaml", (page, block) -> bind(block));
    }

    private static void bind(Block block) throws IOException {
        List<PropertySource<?>> sources = new YamlPropertySourceLoader()
                .load("example", new ByteArrayResource(block.text().getBytes(StandardCharsets.UTF_8)));
        assertThat(sources).isNotEmpty();
        for (PropertySource<?> source : sources) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                assertThat(name).matches("(ha\\.sqlite|spring|management)\\..+");
            }
        }
        new Binder(ConfigurationPropertySources.from(sources), new PropertySourcesPlaceholdersResolver(sources))
                .bindOrCreate(
                        PREFIX,
                        Bindable.of(HaSqliteProperties.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
    }

    @TestFactory
    Stream<DynamicTest> javaCompiles() throws IOException {
        return perBlock("java", this::compile);
    }

    private void compile(MarkdownPage page, Block block) {
        assertThat(JavaExample.errors(page, block, folder)).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> sqlRunsOnANode() throws IOException {
        return pages().stream()
                .filter(page -> !page.blocks("sql").isEmpty())
                .map(page -> DynamicTest.dynamicTest(
                        page.name(),
                        () -> withNode(page.name(), dataSource -> {
                            for (Block block : page.blocks("sql")) {
                                SqlExample.run(dataSource, page, block);
                            }
                        })));
    }

    @Test
    void consoleCommandsExist() throws IOException {
        for (MarkdownPage page : pages()) {
            for (Block block : page.blocks("console")) {
                for (String line : block.text().split("\n", -1)) {
                    if (!line.startsWith("$ ")) {
                        continue;
                    }
                    String command = line.substring(2).split(" ", -1)[0];
                    if (command.contains("/")) {
                        assertThat(PROJECT.resolve(command)).isExecutable();
                    }
                    Matcher program = PROGRAM.matcher(line);
                    while (program.find()) {
                        assertThat(program.group())
                                .satisfies(name -> Class.forName(name).getMethod("main", String[].class));
                    }
                }
            }
        }
    }

    @Test
    void everyPageHasExamplesAndEveryBlockIsLookedAt() throws IOException {
        for (MarkdownPage page : pages()) {
            assertThat(page.blocks())
                    .as(page.name())
                    .allSatisfy(block -> assertThat(LANGUAGES)
                            .as("language in line %d", block.line())
                            .contains(block.language()));
            if (page.path().startsWith(DOCS)) {
                assertThat(page.blocks()).as(page.name()).isNotEmpty();
            }
        }
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (MarkdownPage page : pages()) {
            for (String link : page.relativeLinks()) {
                String[] target = link.split("#", 2);
                Path file = target[0].isEmpty()
                        ? page.path()
                        : page.path().resolveSibling(target[0]).normalize();
                if (!Files.isRegularFile(file)
                        || target.length == 2
                                && !MarkdownPage.read(file).anchors().contains(target[1])) {
                    broken.add(page.name() + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void readmeIsShortAndLeadsToEveryPage() throws IOException {
        MarkdownPage readme = MarkdownPage.read(README);
        assertThat(readme.lines()).hasSizeLessThanOrEqualTo(README_LINES);
        Set<Path> linked = new TreeSet<>();
        for (String link : readme.relativeLinks()) {
            linked.add(README.resolveSibling(link).normalize());
        }
        assertThat(linked)
                .containsAll(pages().stream()
                        .map(MarkdownPage::path)
                        .filter(path -> !path.equals(README))
                        .toList());
    }

    @Test
    void readmeNamesTheVersionsThatAreTested() throws Exception {
        assertThat(MarkdownPage.read(README).lines())
                .contains("| Spring Boot | " + SpringBootVersion.getVersion() + " |")
                .anyMatch(line -> line.startsWith("| sqlite-jdbc | " + SQLiteJDBCLoader.getVersion() + " "));
        String dependency = MarkdownPage.read(README).blocks("xml").get(0).text();
        String starter = Files.readString(PROJECT.resolve("ha-sqlite-spring-boot-starter/pom.xml"));
        for (String part : List.of("groupId", "artifactId", "version")) {
            Matcher element =
                    Pattern.compile("<" + part + ">[^<]+</" + part + ">").matcher(dependency);
            assertThat(element.find()).as(part).isTrue();
            assertThat(starter).contains(element.group());
        }
    }

    @Test
    void namesOfPropertiesAndMetersExist() throws IOException {
        Set<String> known = properties();
        known.addAll(meters());
        known.addAll(Set.of("ha.sqlite.traced.commit", "ha.sqlite.traced.publish", "ha.sqlite.traced.apply"));
        Set<String> groups = new TreeSet<>();
        for (RecordComponent component : HaSqliteProperties.class.getRecordComponents()) {
            if (component.getType().isRecord()) {
                groups.add(component.getName());
            }
        }
        String tests = testSources();
        List<String> unknown = new ArrayList<>();
        for (MarkdownPage page : pages()) {
            Matcher property = PROPERTY.matcher(String.join("\n", page.lines()));
            while (property.find()) {
                String name = OF_A_DATABASE.matcher(property.group()).replaceFirst(PREFIX + ".");
                if (TEST_PROPERTY.matcher(name).matches() ? !isRead(name, tests) : !known.contains(name)) {
                    unknown.add(page.name() + ": " + name);
                }
            }
            for (String word : page.codeWords()) {
                Matcher name = SHORT_PROPERTY.matcher(word.replaceAll("[:=].*", ""));
                if (name.matches() && groups.contains(name.group(1)) && !known.contains(PREFIX + "." + name.group())) {
                    unknown.add(page.name() + ": " + word);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    /** By a test, or by what says how tests log. */
    private static boolean isRead(String property, String tests) throws IOException {
        return tests.contains('"' + property + '"')
                || Files.readString(MODULE.resolve("src/test/resources/logback-test.xml"))
                        .contains("${" + property + ":-");
    }

    @Test
    void everyPropertyIsInATableOnce() throws IOException {
        assertThat(firstColumn("configuration.md", "property").stream().map(name -> PREFIX + "." + name))
                .containsExactlyInAnyOrderElementsOf(properties());
    }

    @Test
    void everyMeterIsInATableOnce() throws IOException {
        assertThat(firstColumn("operations.md", "meter")).containsExactlyInAnyOrderElementsOf(meters());
    }

    /** What the table of faults says that one sees is what the code says. */
    @Test
    void whatOneSeesOfFaultsIsSaid() throws IOException {
        String details = Files.readString(
                MODULE.resolve("src/main/java/io/github/hasqlite/actuate/HaSqliteHealthIndicator.java"));
        // what servers say is in tests
        String texts = (sources(MODULE.resolve("src/main/java")) + testSources()).replaceAll("\"\\s*\\+\\s*\"", "");
        List<String> rows = MarkdownPage.read(DOCS.resolve("operations.md")).rows().stream()
                .filter(row -> row.header().equals("what one sees"))
                .map(MarkdownPage.Row::first)
                .toList();
        assertThat(rows).hasSizeGreaterThan(15);
        List<String> unsaid = new ArrayList<>();
        for (String row : rows) {
            Matcher name = Pattern.compile("`(\\w+)`").matcher(row);
            while (name.find()) {
                if (!name.group(1).equals("OUT_OF_SERVICE") && !details.contains('"' + name.group(1) + '"')) {
                    unsaid.add(name.group(1));
                }
            }
            Matcher text = Pattern.compile("\"([^\"]+)\"").matcher(row);
            while (text.find()) {
                if (!texts.contains(text.group(1))) {
                    unsaid.add(text.group(1));
                }
            }
        }
        assertThat(unsaid).isEmpty();
    }

    @Test
    void testsAndBenchmarksThatAreNamedExist() throws IOException {
        String tests = testSources();
        Set<String> unknown = new TreeSet<>();
        for (MarkdownPage page : pages()) {
            for (String word : page.codeWords()) {
                if (NAMED_CLASS.matcher(word).matches() && !tests.contains("class " + word + " ")) {
                    unknown.add(page.name() + ": " + word);
                }
            }
        }
        assertThat(unknown).isEmpty();
    }

    private static List<String> firstColumn(String page, String header) throws IOException {
        List<String> names = new ArrayList<>();
        for (MarkdownPage.Row row : MarkdownPage.read(DOCS.resolve(page)).rows()) {
            if (row.header().equals(header)) {
                for (String name : row.first().split(", ", -1)) {
                    names.add(name.replace("`", ""));
                }
            }
        }
        return names;
    }

    private static Set<String> properties() {
        Set<String> names = new TreeSet<>();
        collect(PREFIX, HaSqliteProperties.class, names);
        return names;
    }

    private static void collect(String prefix, Class<?> type, Set<String> names) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
            if (component.getType().isRecord()) {
                collect(name, component.getType(), names);
            } else {
                names.add(name);
            }
        }
    }

    private Set<String> meters() {
        Set<String> names = new TreeSet<>();
        withNode("meters", dataSource -> {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            new HaSqliteMetrics(dataSource).bindTo(registry);
            registry.getMeters().forEach(meter -> names.add(meter.getId().getName()));
            names.removeIf(name -> name.startsWith("hikaricp."));
        });
        return names;
    }

    private static String testSources() throws IOException {
        return sources(MODULE.resolve("src/test/java"))
                + sources(PROJECT.resolve("ha-sqlite-spring-boot-starter/src/test/java"));
    }

    private static String sources(Path folder) throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.append(Files.readString(file));
            }
        }
        return sources.toString();
    }

    /** Opens a node that captures what is written and does not reach a stream. */
    private void withNode(String name, Work work) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(HaSqliteAutoConfiguration.class))
                .withBean(ChangeSetPublisher.class, DisconnectedPublisher::new)
                .withPropertyValues(
                        "ha.sqlite.path=" + folder.resolve(name + ".db"),
                        "ha.sqlite.name=n1",
                        "ha.sqlite.commit-mode=async",
                        // nothing is ever published
                        "spring.lifecycle.timeout-per-shutdown-phase=100ms")
                .run(context -> work.with(context.getBean(HaSqliteDataSource.class)));
    }

    private static List<MarkdownPage> pages() throws IOException {
        List<MarkdownPage> pages = new ArrayList<>();
        pages.add(MarkdownPage.read(README));
        pages.add(MarkdownPage.read(MODULE.resolve("GUARANTEES.md")));
        pages.add(MarkdownPage.read(MODULE.resolve("CHANGELOG.md")));
        try (Stream<Path> docs = Files.list(DOCS)) {
            for (Path page : docs.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                pages.add(MarkdownPage.read(page));
            }
        }
        return pages;
    }

    private static Stream<DynamicTest> perBlock(String language, Check check) throws IOException {
        return pages().stream()
                .flatMap(page -> page.blocks(language).stream()
                        .map(block -> DynamicTest.dynamicTest(
                                page.name() + ":" + block.line(), () -> check.of(page, block))));
    }

    @FunctionalInterface
    private interface Check {
        void of(MarkdownPage page, Block block) throws Exception;
    }

    @FunctionalInterface
    private interface Work {
        void with(HaSqliteDataSource dataSource) throws Exception;
    }
}
