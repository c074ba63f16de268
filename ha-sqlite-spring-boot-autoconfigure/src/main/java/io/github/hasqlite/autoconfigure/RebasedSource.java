package io.github.hasqlite.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;

/** Answers for properties below one name with those of the same name below another. */
final class RebasedSource implements ConfigurationPropertySource {

    private final ConfigurationPropertySource source;
    private final ConfigurationPropertyName asked;
    private final ConfigurationPropertyName answered;

    /**
     * A view of a source.
     *
     * @param asked what the names begin with that are asked for
     * @param answered what the names in the source begin with instead
     */
    RebasedSource(
            ConfigurationPropertySource source, ConfigurationPropertyName asked, ConfigurationPropertyName answered) {
        this.source = source;
        this.asked = asked;
        this.answered = answered;
    }

    private @Nullable ConfigurationPropertyName rebase(ConfigurationPropertyName name) {
        if (asked.equals(name)) {
            return answered;
        }
        return asked.isAncestorOf(name) ? answered.append(name.subName(asked.getNumberOfElements())) : null;
    }

    @Override
    public @Nullable ConfigurationProperty getConfigurationProperty(ConfigurationPropertyName name) {
        ConfigurationPropertyName rebased = rebase(name);
        return rebased == null ? null : source.getConfigurationProperty(rebased);
    }

    @Override
    public ConfigurationPropertyState containsDescendantOf(ConfigurationPropertyName name) {
        ConfigurationPropertyName rebased = rebase(name);
        return rebased == null ? ConfigurationPropertyState.ABSENT : source.containsDescendantOf(rebased);
    }

    @Override
    public @Nullable Object getUnderlyingSource() {
        return source.getUnderlyingSource();
    }
}
