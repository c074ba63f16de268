package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.core.node.LoneLeader;
import io.github.hasqlite.core.node.LoneMember;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * The beans of {@link ClusterConfiguration} where nothing is replicated, as on a developer's machine or in a test: what
 * asks for them starts there, too.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(LoneNodeConfiguration.NothingIsReplicated.class)
@ConditionalOnMissingBean({ChangeSetPublisher.class, ChangeSetSubscriber.class})
class LoneNodeConfiguration {

    /** There is no server to replicate through. */
    static final class NothingIsReplicated extends NoneNestedConditions {

        NothingIsReplicated() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @Conditional(OnNatsCondition.class)
        static final class OnNats {}
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "ha.sqlite.members.enabled", matchIfMissing = true)
    ClusterMembers clusterMembers(NodeProperties name, HaSqliteProperties properties) {
        return new LoneMember(new ReplicationParts(properties, name).member());
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty(name = "ha.sqlite.leader.enabled", matchIfMissing = true)
    ClusterLeader clusterLeader(NodeProperties name) {
        return new LoneLeader(name.name(), name.address());
    }
}
