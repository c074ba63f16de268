package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether there is a NATS server to replicate through: an embedded one, or one with a URL, by a property or by {@link
 * HaSqliteConnectionDetails}.
 */
final class OnNatsCondition extends SpringBootCondition implements ConfigurationCondition {

    static final String EMBEDDED = "ha.sqlite.nats.embedded.enabled";
    static final String URL = "ha.sqlite.replication-url";

    /** When the beans are known that the application defines. */
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("NATS server");
        if (RunTimeChoice.isLater()) {
            return ConditionOutcome.match(message.because("that is decided when the application starts"));
        }
        if (isEmbedded(context.getEnvironment())) {
            return ConditionOutcome.match(message.because(EMBEDDED + " is true"));
        }
        if (isMet(context.getEnvironment())) {
            return ConditionOutcome.match(message.foundExactly("property " + URL));
        }
        if (hasConnectionDetails(context.getBeanFactory())) {
            return ConditionOutcome.match(message.because("there is a HaSqliteConnectionDetails bean"));
        }
        return ConditionOutcome.noMatch(message.didNotFind("property").items(EMBEDDED, URL));
    }

    private static boolean isEmbedded(Environment environment) {
        return Binder.get(environment).bind(EMBEDDED, Boolean.class).orElse(false);
    }

    /** Whether the properties say so. */
    static boolean isMet(Environment environment) {
        return isEmbedded(environment)
                || !Binder.get(environment)
                        .bind(URL, Bindable.listOf(String.class))
                        .orElse(List.of())
                        .isEmpty();
    }

    /** Whether somebody else than the properties says where the servers are. */
    static boolean hasConnectionDetails(@Nullable ListableBeanFactory beanFactory) {
        return beanFactory != null
                && beanFactory.getBeanNamesForType(HaSqliteConnectionDetails.class, true, false).length
                        > beanFactory.getBeanNamesForType(PropertiesConnectionDetails.class, true, false).length;
    }
}
