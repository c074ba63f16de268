package io.github.hasqlite.autoconfigure;

import java.util.Arrays;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** The condition of {@link ConditionalOnSwitch}. */
final class SwitchCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        MergedAnnotation<ConditionalOnSwitch> annotation =
                metadata.getAnnotations().get(ConditionalOnSwitch.class);
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnSwitch.class);
        if (RunTimeChoice.isLater()) {
            return ConditionOutcome.match(message.because("that is decided when the application starts"));
        }
        List<String> off = off(
                context.getEnvironment(), annotation.getStringArray("value"), annotation.getBoolean("matchIfMissing"));
        return off.isEmpty()
                ? ConditionOutcome.match(message.because("all are on"))
                : ConditionOutcome.noMatch(message.because(String.join(", ", off) + " is off"));
    }

    /** Which of the switches are off. */
    static List<String> off(Environment environment, String[] switches, boolean byDefault) {
        Binder binder = Binder.get(environment);
        return Arrays.stream(switches)
                .filter(name -> !binder.bind(name, Boolean.class).orElse(byDefault))
                .toList();
    }
}
