package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.DatabaseBackup;
import io.github.hasqlite.DatabaseSnapshotter;
import io.github.hasqlite.DatabaseVerifier;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.ReplicationPosition;
import java.util.List;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * Defines the beans of each database of {@code ha.sqlite.databases}: the data source and what belongs to it, each with
 * the database's name as its qualifier and at the beginning of its own name. They are injected where that qualifier is,
 * and nowhere else, so that the application's other beans are the primary database's as they were. What the application
 * has defined under such a name stays, but for the data source.
 */
final class DatabasesRegistrar implements ImportBeanDefinitionRegistrar {

    private static final String DATABASES = "haSqliteDatabases";

    /** There are servers; where, the bean says that is not there yet. */
    private static final HaSqliteConnectionDetails SOMEWHERE = () -> List.of("nats://localhost");

    private final Environment environment;

    DatabasesRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        var names = DatabaseProperties.names(environment);
        if (names.isEmpty()) {
            return;
        }
        RootBeanDefinition databases = new RootBeanDefinition(Databases.class);
        databases.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
        databases.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
        registry.registerBeanDefinition(DATABASES, databases);
        HaSqliteConnectionDetails details =
                registry instanceof ListableBeanFactory beans && OnNatsCondition.hasConnectionDetails(beans)
                        ? SOMEWHERE
                        : null;
        names.forEach(name -> register(name, DatabaseProperties.of(environment, details, name), registry));
    }

    /** The name of the bean that has all of a database. */
    static String beanName(String database) {
        return database + "Database";
    }

    private static void register(String name, HaSqliteProperties properties, BeanDefinitionRegistry registry) {
        RootBeanDefinition database = made(DATABASES, "start", Database.class);
        database.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
        database.getConstructorArgumentValues().addIndexedArgumentValue(0, name);
        database.setDestroyMethodName("close");
        database.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
        registry.registerBeanDefinition(beanName(name), database);
        Parts parts = new Parts(name, registry);
        registry.registerBeanDefinition(name + "DataSource", parts.definition("dataSource", HaSqliteDataSource.class));
        parts.add("TransactionManager", "transactionManager", JdbcTransactionManager.class);
        parts.add("JdbcTemplate", "jdbcTemplate", JdbcTemplate.class);
        parts.add("JdbcClient", "jdbcClient", JdbcClient.class);
        parts.add("ReplicationPosition", "position", ReplicationPosition.class);
        if (Database.replicates(properties)) {
            replicated(properties, parts);
        } else if (RunTimeChoice.isLater()) {
            // it may replicate when it is started
            parts.add("ClusterLifecycle", "clusterLifecycle", ClusterLifecycle.class);
        }
    }

    private static void replicated(HaSqliteProperties properties, Parts parts) {
        if (properties.subscriber().enabled()) {
            parts.add("DatabaseVerifier", "verifier", DatabaseVerifier.class);
            parts.add("DatabaseBackup", "backup", DatabaseBackup.class);
            parts.add("ReplicationHistory", "history", ReplicationHistory.class);
            parts.add("ChangeFeed", "feed", ChangeFeed.class);
            if (properties.publisher().enabled() && properties.snapshotter().enabled()) {
                parts.add("DatabaseSnapshotter", "snapshotter", DatabaseSnapshotter.class);
            }
        }
        if (properties.members().enabled()) {
            parts.add("ClusterMembers", "members", ClusterMembers.class);
        }
        if (properties.leader().enabled()) {
            parts.add("ClusterLeader", "leader", ClusterLeader.class);
        }
        parts.add("ClusterLifecycle", "clusterLifecycle", ClusterLifecycle.class);
    }

    /** What one database has. */
    private record Parts(String database, BeanDefinitionRegistry registry) {

        void add(String suffix, String method, Class<?> type) {
            String bean = database + suffix;
            if (!registry.containsBeanDefinition(bean)) {
                registry.registerBeanDefinition(bean, definition(method, type));
            }
        }

        RootBeanDefinition definition(String method, Class<?> type) {
            RootBeanDefinition definition = made(beanName(database), method, type);
            definition.setDefaultCandidate(false);
            definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, database));
            // the database closes its parts
            definition.setDestroyMethodName("");
            return definition;
        }
    }

    private static RootBeanDefinition made(String factoryBean, String method, Class<?> type) {
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setFactoryBeanName(factoryBean);
        definition.setFactoryMethodName(method);
        definition.setTargetType(type);
        return definition;
    }
}
