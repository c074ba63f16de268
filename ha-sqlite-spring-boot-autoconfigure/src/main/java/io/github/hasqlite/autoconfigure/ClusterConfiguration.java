package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.JetStreamLeader;
import io.github.hasqlite.nats.JetStreamMembers;
import io.github.hasqlite.nats.NatsReplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** The beans by which a node knows the others and who leads. */
@Configuration(proxyBeanMethods = false)
@Conditional(OnNatsCondition.class)
class ClusterConfiguration {

    @Bean
    @ConditionalOnMissingBean(ClusterMembers.class)
    @ConditionalOnSwitch("ha.sqlite.members.enabled")
    JetStreamMembers clusterMembers(
            NatsReplication nats, ReplicationNode node, NodeProperties name, HaSqliteProperties properties) {
        return new ReplicationParts(properties, name).members(nats, node);
    }

    @Bean
    @ConditionalOnMissingBean(ClusterLeader.class)
    @ConditionalOnSwitch("ha.sqlite.leader.enabled")
    JetStreamLeader clusterLeader(
            NatsReplication nats, ReplicationNode node, NodeProperties name, HaSqliteProperties properties) {
        return new ReplicationParts(properties, name).leader(nats, node);
    }
}
