package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.json.JsonParserFactory;

/** What editors say about the properties is what there is. */
class ConfigurationMetadataTests {

    private static final String FILE = "META-INF/spring-configuration-metadata.json";

    private final Map<String, Object> metadata = read();

    @Test
    void everyPropertyIsDescribedAndNoOther() {
        Set<String> wanted = new TreeSet<>();
        collect(HaSqliteProperties.PREFIX, HaSqliteProperties.class, wanted);
        assertThat(list("properties").stream()
                        .map(property -> (String) property.get("name"))
                        .filter(name -> name.startsWith(HaSqliteProperties.PREFIX + ".")))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void descriptionsAreWholeSentences() {
        assertThat(list("properties")).isNotEmpty().allSatisfy(property -> {
            assertThat((String) property.get("description"))
                    .as("%s", property.get("name"))
                    .matches("(?s)\\p{Lu}.*\\.");
            assertThat(property.get("type")).as("%s", property.get("name")).isNotNull();
        });
    }

    @Test
    void defaultsAreThoseOfTheClasses() {
        Map<String, Object> defaults = list("properties").stream()
                .filter(property -> property.containsKey("defaultValue"))
                .collect(Collectors.toMap(
                        property -> (String) property.get("name"), property -> property.get("defaultValue")));
        compareDefaults(HaSqliteProperties.PREFIX, HaSqliteProperties.class, defaults);
    }

    @Test
    void hintsAreOfPropertiesThatThereAre() {
        Set<String> names = list("properties").stream()
                .map(property -> (String) property.get("name"))
                .collect(Collectors.toSet());
        assertThat(list("hints"))
                .isNotEmpty()
                .allSatisfy(hint ->
                        assertThat(names).contains(((String) hint.get("name")).replaceAll("\\.(keys|values)$", "")));
    }

    private static void collect(String prefix, Class<?> type, Set<String> names) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = name(prefix, component);
            if (component.getType().isRecord()) {
                collect(name, component.getType(), names);
            } else {
                names.add(name);
            }
        }
    }

    private static void compareDefaults(String prefix, Class<?> type, Map<String, Object> defaults) {
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            String name = name(prefix, component);
            if (component.getType().isRecord()) {
                compareDefaults(name, component.getType(), defaults);
                continue;
            }
            DefaultValue declared =
                    type.getDeclaredConstructors()[0].getParameters()[i].getAnnotation(DefaultValue.class);
            if (declared != null && declared.value().length > 0) {
                Object said = defaults.get(name);
                Collection<?> all =
                        said instanceof Collection<?> several ? several : said == null ? List.of() : List.of(said);
                assertThat(all.stream().map(String::valueOf)).as(name).containsExactly(declared.value());
            }
        }
    }

    private static String name(String prefix, RecordComponent component) {
        StringBuilder dashed = new StringBuilder();
        for (char character : component.getName().toCharArray()) {
            if (Character.isUpperCase(character)) {
                dashed.append('-');
            }
            dashed.append(Character.toLowerCase(character));
        }
        return ConfigurationPropertyName.of(prefix).append(dashed.toString()).toString();
    }

    @SuppressWarnings("unchecked") // the file is a JSON object with lists of objects
    private List<Map<String, Object>> list(String name) {
        return (List<Map<String, Object>>) metadata.get(name);
    }

    private static Map<String, Object> read() {
        // other jars have such a file, too
        try (InputStream file = HaSqliteProperties.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()
                .resolve(FILE)
                .toURL()
                .openStream()) {
            return JsonParserFactory.getJsonParser().parseMap(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("Maven makes " + FILE, e);
        }
    }
}
