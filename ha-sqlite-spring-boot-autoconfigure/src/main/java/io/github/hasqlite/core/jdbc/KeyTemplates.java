package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.KeyTemplate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the texts get a key that ran last on a connection, for texts like them. Not thread-safe. */
final class KeyTemplates {

    /** They are tried one after the other. */
    private static final int MAX = 8;

    /** The one used last is the first. */
    private final List<Template> templates = new ArrayList<>();

    /**
     * How texts get a key that differ in the literals of their one row only.
     *
     * @param column the key
     * @param leftAlone a table of which SQLite chooses a key, or {@code null}
     */
    record Template(
            KeyTemplate text, KeyColumn column, @Nullable String leftAlone) {}

    /** One that a text is like. */
    record Match(Template template, KeyTemplate.Keyless text) {}

    /** The one that a text is like, or {@code null}. */
    @Nullable
    Match match(String sql) {
        for (int i = 0; i < templates.size(); i++) {
            Template template = templates.get(i);
            KeyTemplate.Keyless keyless = template.text().apply(sql);
            if (keyless != null) {
                if (i > 0) {
                    templates.add(0, templates.remove(i));
                }
                return new Match(template, keyless);
            }
        }
        return null;
    }

    void add(Template template) {
        templates.add(0, template);
        if (templates.size() > MAX) {
            templates.remove(MAX);
        }
    }

    void clear() {
        templates.clear();
    }
}
