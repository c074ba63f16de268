package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.ReplicationStartException;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Decides at the start what an application that was processed ahead of time replicates through. Such an application has
 * the beans of all kinds of nodes, since its properties are not known when it is built: those that this node does not
 * have are taken out here, before any is made.
 */
final class RunTimeChoice implements BeanDefinitionRegistryPostProcessor {

    private static final Logger logger = LoggerFactory.getLogger(RunTimeChoice.class);

    private static final List<Class<?>> OVER_NATS =
            List.of(NatsReplicationConfiguration.class, ClusterConfiguration.class);

    /** Only where there is what they need. */
    static final List<String> OPTIONAL = List.of(
            "io.github.hasqlite.autoconfigure.HaSqliteHttpAutoConfiguration",
            "io.github.hasqlite.autoconfigure.HaSqliteHttpApiAutoConfiguration",
            "io.github.hasqlite.autoconfigure.HaSqliteServletApiAutoConfiguration",
            "io.github.hasqlite.autoconfigure.HaSqliteReactiveApiAutoConfiguration",
            "io.github.hasqlite.autoconfigure.HaSqlitePostgresAutoConfiguration");

    private static final String ENABLED = "ha.sqlite.enabled";
    private static final String MEMBERS = "clusterMembers";
    private static final String LEADER = "clusterLeader";

    private final Environment environment;
    private final Set<String> leftOut = new HashSet<>();

    RunTimeChoice(Environment environment) {
        this.environment = environment;
    }

    /** Whether the application is being processed ahead of time, so that what depends on properties is not known yet. */
    static boolean isLater() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (!AotDetector.useGeneratedArtifacts()) {
            return;
        }
        requireEnabled();
        boolean nats = OnNatsCondition.isMet(environment)
                || (registry instanceof ListableBeanFactory beans && OnNatsCondition.hasConnectionDetails(beans));
        for (Class<?> configuration : OVER_NATS) {
            choose(configuration, nats, registry);
        }
        for (String configuration : OPTIONAL) {
            if (registry.containsBeanDefinition(configuration)) {
                choose(ClassUtils.resolveClassName(configuration, getClass().getClassLoader()), true, registry);
            }
        }
        if (!nats) {
            alone(registry, MEMBERS, ClusterMembers.class, "ha.sqlite.members.enabled");
            alone(registry, LEADER, ClusterLeader.class, "ha.sqlite.leader.enabled");
        }
    }

    /** What replaces the data source cannot be made any more. */
    private void requireEnabled() {
        if (!SwitchCondition.off(environment, new String[] {ENABLED}, true).isEmpty()) {
            throw new ReplicationStartException(
                    ENABLED
                            + " is false, and the application was processed ahead of time with the replicated database in"
                            + " it",
                    "Set " + ENABLED + "=false when the application is built, or leave it out; without "
                            + OnNatsCondition.URL + " and " + OnNatsCondition.EMBEDDED + " nothing is replicated.",
                    null);
        }
    }

    private void choose(Class<?> configuration, boolean all, BeanDefinitionRegistry registry) {
        for (Method method : configuration.getDeclaredMethods()) {
            String bean = method.getName();
            if (method.isAnnotationPresent(Bean.class)
                    && registry.containsBeanDefinition(bean)
                    && isOf(configuration, registry.getBeanDefinition(bean))
                    && !(all && isOn(method.getAnnotation(ConditionalOnSwitch.class)))) {
                logger.debug("Leaving out the bean {}, as the properties of this node say", bean);
                registry.removeBeanDefinition(bean);
                leftOut.add(bean);
            }
        }
    }

    private boolean isOn(@Nullable ConditionalOnSwitch switches) {
        return switches == null
                || SwitchCondition.off(environment, switches.value(), switches.matchIfMissing())
                        .isEmpty();
    }

    /** Not one of the application's under the same name. */
    private static boolean isOf(Class<?> configuration, BeanDefinition definition) {
        return configuration.getName().equals(definition.getFactoryBeanName());
    }

    /** What {@link LoneNodeConfiguration} has otherwise. */
    private <T> void alone(BeanDefinitionRegistry registry, String bean, Class<T> type, String enabled) {
        if (leftOut.contains(bean)
                && SwitchCondition.off(environment, new String[] {enabled}, true)
                        .isEmpty()
                && registry instanceof ConfigurableListableBeanFactory beans
                && beans.getBeanNamesForType(ChangeSetPublisher.class, true, false).length == 0
                && beans.getBeanNamesForType(ChangeSetSubscriber.class, true, false).length == 0) {
            Supplier<T> made = () -> type.cast(
                    type == ClusterMembers.class
                            ? new LoneNodeConfiguration()
                                    .clusterMembers(
                                            beans.getBean(NodeProperties.class),
                                            beans.getBean(HaSqliteProperties.class))
                            : new LoneNodeConfiguration().clusterLeader(beans.getBean(NodeProperties.class)));
            registry.registerBeanDefinition(bean, new RootBeanDefinition(type, made));
        }
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory factory) {
        // all is done with the definitions
    }
}
