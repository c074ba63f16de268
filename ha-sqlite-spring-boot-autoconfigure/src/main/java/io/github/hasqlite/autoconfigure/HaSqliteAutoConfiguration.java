package io.github.hasqlite.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetPublisher;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.ChangeSetSubscriber;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.KeyBlocks;
import io.github.hasqlite.ReplicationPosition;
import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.gateway.GatewayCommand;
import io.github.hasqlite.core.gateway.GatewaySettings;
import io.github.hasqlite.core.gateway.SqlGateway;
import io.github.hasqlite.core.gateway.StreamEnd;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.core.runtime.NodeRuntime;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JndiDataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.XADataSourceAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.sqlite.SQLiteConnection;

/**
 * Makes the application's {@link DataSource} a replicated SQLite database, unless the application has
 * a {@code DataSource} of its own. Each of {@link ChangeSetPublisher}, {@link ChangeSetSubscriber}, {@link SnapshotStore},
 * {@link KeyBlocks} and {@link ChangeSetSerializer} can be replaced by a bean of that type; beans of type {@link
 * ChangeSetInterceptor} are called in their order. None of these may depend on the {@code DataSource}. Further
 * databases are those of {@link DatabasesRegistrar}.
 */
@AutoConfiguration(
        before = {
            DataSourceAutoConfiguration.class,
            JndiDataSourceAutoConfiguration.class,
            XADataSourceAutoConfiguration.class
        },
        after = SslAutoConfiguration.class)
@ConditionalOnClass({SQLiteConnection.class, HikariDataSource.class})
@ConditionalOnBooleanProperty(name = "ha.sqlite.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(DataSource.class)
@Conditional(OnReplicatedDatabaseCondition.class)
@EnableConfigurationProperties(HaSqliteProperties.class)
@Import({
    NatsReplicationConfiguration.class,
    ClusterConfiguration.class,
    LoneNodeConfiguration.class,
    DatabasesRegistrar.class
})
@ImportRuntimeHints(HaSqliteRuntimeHints.class)
public final class HaSqliteAutoConfiguration {

    private static final Logger logger = LoggerFactory.getLogger(HaSqliteAutoConfiguration.class);

    @Bean
    static RunTimeChoice haSqliteRunTimeChoice(Environment environment) {
        return new RunTimeChoice(environment);
    }

    /** What everything else is made from; so nothing has begun when a further database is refused. */
    @Bean
    NodeProperties haSqliteNodeProperties(HaSqliteProperties properties, ObjectProvider<Databases> databases) {
        NodeProperties prepared = NodeProperties.prepare(properties);
        databases.ifAvailable(others -> {});
        return prepared;
    }

    @Bean
    @ConditionalOnMissingBean
    ChangeSetSerializer changeSetSerializer() {
        return new JsonChangeSetSerializer();
    }

    @Bean
    ReplicationNode haSqliteNode(
            NodeProperties node,
            ObjectProvider<ChangeSetPublisher> publisher,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<SnapshotStore> snapshots,
            ChangeSetSerializer serializer,
            ObjectProvider<ChangeSetInterceptor> interceptors,
            ObjectProvider<KeyBlocks> keys,
            ObjectProvider<Databases> databases,
            ObjectProvider<StartSummary> summary,
            Environment environment) {
        String url = environment.getProperty(DataSourceUrl.URL);
        if (url != null && !NodeUrl.accepts(url)) {
            logger.warn("{} is ignored: ha.sqlite.path names the database", DataSourceUrl.URL);
        }
        ChangeSetPublisher out = publisher.getIfAvailable();
        ChangeSetSubscriber in = subscriber.getIfAvailable();
        if (out == null && in == null) {
            ForgottenServer.check(environment);
        }
        Databases others = databases.getIfAvailable();
        ReplicationNode started = new NodeStart(node, keys.getIfAvailable())
                .start(
                        out,
                        in,
                        snapshots.getIfAvailable(),
                        serializer,
                        others == null ? interceptors.orderedStream().toList() : others.interceptorsOfPrimary());
        summary.ifAvailable(says -> says.logWhenStarted(started));
        return started;
    }

    @Bean
    HaSqliteDataSource dataSource(ReplicationNode node) {
        return node.dataSource();
    }

    @Bean
    @ConditionalOnMissingBean
    ReplicationPosition replicationPosition(ReplicationNode node) {
        return node.position();
    }

    /** What protocols let SQL in by; there for the first one that asks. */
    @Bean
    @Lazy
    SqlGateway haSqliteGateway(
            ReplicationNode node,
            HaSqliteProperties properties,
            ReplicationPosition position,
            ObjectProvider<ChangeSetSubscriber> subscriber,
            ObjectProvider<GatewayCommand.Parser> commands) {
        GatewaySettings settings = properties
                .gateway()
                .settings(properties.pool().readers(), properties.pool().writers());
        ChangeSetSubscriber stream = subscriber.getIfAvailable();
        return new SqlGateway(
                settings,
                node.dataSource(),
                position,
                stream == null ? StreamEnd.NONE : () -> stream.state().lastSequence(),
                commands.getIfAvailable(() -> GatewayCommand.Parser.NONE),
                NodeRuntime.ofJvm());
    }

    @Bean
    ClusterLifecycle haSqliteClusterLifecycle(
            ObjectProvider<ClusterMembers> members,
            ObjectProvider<ClusterLeader> leader,
            ApplicationEventPublisher events,
            ReplicationNode node) {
        return new ClusterLifecycle(members.getIfAvailable(), leader.getIfAvailable(), events, node);
    }

    @Bean
    DrainLifecycle haSqliteDrainLifecycle(
            ReplicationNode node, ObjectProvider<Database> others, Environment environment) {
        return new DrainLifecycle(node, others, environment);
    }

    @Bean
    ReplicationEvents haSqliteReplicationEvents(
            ReplicationNode node, ObjectProvider<Database> databases, ApplicationContext context) {
        return new ReplicationEvents(node, databases, context);
    }

    /** Taken by Boot's {@code JdbcTemplate}, and by what is built on it. */
    @Bean
    @ConditionalOnMissingBean
    SQLExceptionTranslator sqlExceptionTranslator() {
        return new SqlStateExceptionTranslator();
    }
}
