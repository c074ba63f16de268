package io.github.hasqlite.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.FileSystemResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the dashboard and the alert rules of the documentation ask Prometheus for, and whether it can answer. */
public final class Monitoring {

    private static final Pattern SELECTOR = Pattern.compile("\\b((?:ha_sqlite|hikaricp)_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|=)\"([^\"]*)\"");
    private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");
    private static final Pattern USED_LABEL = Pattern.compile("\\$labels\\.(\\w+)");
    private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern SAMPLE = Pattern.compile("^(\\w+)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);

    /** By what Prometheus itself tells whom it has scraped. */
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

    private final Map<String, String> queries;
    /** The labels that are shown of a query's answer. */
    private final Map<String, Set<String>> shown = new HashMap<>();

    private Monitoring(Map<String, String> queries) {
        this.queries = queries;
    }

    /** Reads them from the documentation's folder {@code monitoring}. */
    public static Monitoring read(Path folder) throws IOException {
        Monitoring monitoring = new Monitoring(new TreeMap<>());
        monitoring.addDashboard(
                JsonMapper.builder().build().readTree(Files.readString(folder.resolve("dashboard.json"))));
        monitoring.addAlerts(folder.resolve("alerts.yml"));
        return monitoring;
    }

    private void addDashboard(JsonNode dashboard) {
        for (JsonNode panel : dashboard.get("panels")) {
            JsonNode targets = panel.get("targets");
            for (int i = 0; targets != null && i < targets.size(); i++) {
                JsonNode target = targets.get(i);
                String name = "panel " + panel.get("title").asString() + " "
                        + target.get("refId").asString();
                add(
                        name,
                        target.get("expr").asString(),
                        LEGEND,
                        target.get("legendFormat").asString());
            }
        }
    }

    private void addAlerts(Path file) {
        YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new FileSystemResource(file));
        Properties rules = yaml.getObject();
        for (String key : rules.stringPropertyNames()) {
            if (key.endsWith(".alert")) {
                String rule = key.substring(0, key.length() - "alert".length());
                add(
                        "alert " + rules.getProperty(key),
                        rules.getProperty(rule + "expr"),
                        USED_LABEL,
                        rules.getProperty(rule + "annotations.summary")
                                + rules.getProperty(rule + "annotations.description"));
            }
        }
    }

    private void add(String name, String query, Pattern label, String text) {
        queries.put(name, query);
        Set<String> labels = new TreeSet<>();
        Matcher found = label.matcher(text);
        while (found.find()) {
            labels.add(found.group(1));
        }
        shown.put(name, labels);
    }

    /** All queries, by the names of the panel or the alert. */
    public Map<String, String> queries() {
        return queries;
    }

    /** The names that are asked for. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        queries.values().forEach(query -> {
            Matcher selector = SELECTOR.matcher(query);
            while (selector.find()) {
                names.add(selector.group(1));
            }
        });
        return names;
    }

    /** The names that there are in what Prometheus gets. */
    public static Set<String> names(String scrape) {
        Set<String> names = new TreeSet<>();
        Matcher sample = SAMPLE.matcher(scrape);
        while (sample.find()) {
            names.add(sample.group(1));
        }
        return names;
    }

    /**
     * What is asked for and not there: names, labels, and values of labels.
     *
     * @param scrape what Prometheus gets
     */
    public List<String> unanswered(String scrape) {
        List<String> unanswered = new ArrayList<>();
        queries.forEach((name, query) -> {
            Set<String> labels = new HashSet<>(OF_PROMETHEUS);
            Matcher selector = SELECTOR.matcher(query);
            while (selector.find()) {
                Set<String> found = labels(scrape, selector.group(1), selector.group(2));
                if (found.isEmpty()) {
                    unanswered.add(name + ": " + selector.group());
                }
                labels.addAll(found);
            }
            Matcher grouped = GROUPED.matcher(query);
            if (grouped.find()) {
                Set<String> by = Set.of(grouped.group(1).split(", *", -1));
                by.stream()
                        .filter(label -> !labels.contains(label))
                        .forEach(label -> unanswered.add(name + ": by " + label));
                labels.retainAll(by);
            }
            shown.get(name).stream()
                    .filter(label -> !labels.contains(label))
                    .forEach(label -> unanswered.add(name + ": shows " + label));
        });
        return unanswered;
    }

    /** The labels of a sample that a selector finds; none if it finds none. */
    private static Set<String> labels(String scrape, String name, String matchers) {
        Matcher sample = SAMPLE.matcher(scrape);
        while (sample.find()) {
            Map<String, String> labels = new HashMap<>();
            if (sample.group(2) != null) {
                Matcher label = MATCHER.matcher(sample.group(2));
                while (label.find()) {
                    labels.put(label.group(1), label.group(3));
                }
            }
            if (sample.group(1).equals(name) && matches(labels, matchers == null ? "" : matchers)) {
                return labels.isEmpty() ? Set.of("") : labels.keySet();
            }
        }
        return Set.of();
    }

    private static boolean matches(Map<String, String> labels, String matchers) {
        Matcher matcher = MATCHER.matcher(matchers);
        while (matcher.find()) {
            String value = labels.get(matcher.group(1));
            boolean any = matcher.group(3).startsWith("$");
            if (value == null || !(any || value.equals(matcher.group(3)))) {
                return false;
            }
        }
        return true;
    }
}
