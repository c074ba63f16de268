package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.core.jdbc.ReplicatingDataSource;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.NatsReplication;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/** The further databases of an application: their properties are looked at together before any database starts. */
final class Databases {

    private final ListableBeanFactory beans;
    private final HaSqliteProperties primary;
    private final Map<String, Database.Settings> settings = new LinkedHashMap<>();

    /** Those that see each other, by name. */
    private final Map<String, HaSqliteDataSource> joined = new LinkedHashMap<>();

    private boolean primaryAwaited;

    /**
     * Looks at the properties of all databases, and makes their folders.
     *
     * @throws io.github.hasqlite.ReplicationStartException if one cannot be where it should be, or two cannot be two
     */
    Databases(Environment environment, HaSqliteProperties primary, ListableBeanFactory beans) {
        this.beans = beans;
        HaSqliteConnectionDetails details =
                beans.getBeanProvider(HaSqliteConnectionDetails.class).getIfAvailable();
        this.primary = ConnectedProperties.of(environment, primary, details);
        Map<String, HaSqliteProperties> properties = new LinkedHashMap<>();
        DatabaseProperties.names(environment)
                .forEach(name -> properties.put(name, DatabaseProperties.of(environment, details, name)));
        new DatabaseClashes(this.primary, properties).check();
        properties.forEach((name, its) -> settings.put(name, Database.Settings.prepare(name, its)));
    }

    /**
     * Starts one.
     *
     * @param first the primary database, which has started before
     */
    synchronized Database start(String name, ReplicationNode first, ChangeSetSerializer serializer) {
        // not before the servers of a cluster have found each other
        provider(ClusterStart.class).ifAvailable(waited -> {});
        Database database = Database.start(
                name,
                Objects.requireNonNull(settings.get(name)),
                new Database.Shared(
                        provider(NatsReplication.class).getIfAvailable(),
                        provider(EmbeddedNatsServer.class).getIfAvailable(),
                        provider(ServerRevival.class).getIfAvailable(),
                        provider(SslBundles.class).getIfAvailable(),
                        serializer,
                        provider(SQLExceptionTranslator.class).getIfUnique(SqlStateExceptionTranslator::new)),
                interceptors(name));
        if (primary.joins()) {
            if (!primaryAwaited) {
                primaryAwaited = true;
                first.whenStarted(() -> join(Database.PRIMARY, first.dataSource()));
            }
            database.whenStarted(() -> join(name, database.dataSource()));
        }
        return database;
    }

    /** A database that has caught up is seen by the others, and sees them. */
    private synchronized void join(String name, HaSqliteDataSource dataSource) {
        joined.forEach((other, itsDataSource) -> {
            join(itsDataSource, name, path(name));
            seen(dataSource);
            join(dataSource, other, path(other));
            seen(itsDataSource);
        });
        joined.put(name, dataSource);
    }

    private static void join(HaSqliteDataSource reading, String schema, Path file) {
        if (reading instanceof ReplicatingDataSource pools) {
            pools.join(schema, file);
        }
    }

    private static void seen(HaSqliteDataSource dataSource) {
        if (dataSource instanceof ReplicatingDataSource pools) {
            pools.joinedByOthers();
        }
    }

    private Path path(String name) {
        Database.Settings further = settings.get(name);
        return further == null
                ? DatabaseLocation.of(primary.path()).path()
                : further.node().location().path();
    }

    private <T> ObjectProvider<T> provider(Class<T> type) {
        return beans.getBeanProvider(type);
    }

    /** Those that are called for the primary database, in order: the ones that are qualified for no other. */
    List<ChangeSetInterceptor> interceptorsOfPrimary() {
        Set<ChangeSetInterceptor> others = Collections.newSetFromMap(new IdentityHashMap<>());
        settings.keySet().forEach(name -> others.addAll(interceptors(name)));
        return provider(ChangeSetInterceptor.class)
                .orderedStream()
                .filter(interceptor -> !others.contains(interceptor))
                .toList();
    }

    private List<ChangeSetInterceptor> interceptors(String database) {
        Set<ChangeSetInterceptor> qualified = Collections.newSetFromMap(new IdentityHashMap<>());
        for (String bean : beans.getBeanNamesForType(ChangeSetInterceptor.class)) {
            if (isFor(database, bean)) {
                qualified.add(beans.getBean(bean, ChangeSetInterceptor.class));
            }
        }
        List<ChangeSetInterceptor> ordered = new ArrayList<>();
        provider(ChangeSetInterceptor.class)
                .orderedStream()
                .filter(qualified::contains)
                .forEach(ordered::add);
        return ordered;
    }

    /** Whether a bean has the database's name as its qualifier, or is called so. */
    private boolean isFor(String database, String bean) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(database::equals, bean, beans);
    }
}
