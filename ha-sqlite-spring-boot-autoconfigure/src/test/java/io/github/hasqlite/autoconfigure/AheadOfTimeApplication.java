package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ClusterLeader;
import io.github.hasqlite.ClusterMembers;
import io.github.hasqlite.HaSqliteDataSource;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes a row, and says what kind of node it is. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    HaSqliteAutoConfiguration.class,
    HaSqliteFlywayAutoConfiguration.class,
    FlywayAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    JdbcClientAutoConfiguration.class
})
class AheadOfTimeApplication {

    /**
     * Runs once.
     *
     * @param args properties
     */
    public static void main(String[] args) {
        try (ConfigurableApplicationContext context = SpringApplication.run(AheadOfTimeApplication.class, args)) {
            HaSqliteDataSource dataSource = context.getBean(HaSqliteDataSource.class);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            JdbcClient orders = context.getBean("ordersJdbcClient", JdbcClient.class);
            if (context.getEnvironment().getProperty("ha.sqlite.publisher.enabled", Boolean.class, true)) {
                jdbc.sql("INSERT INTO task(title) VALUES(?)")
                        .param(dataSource.replicationStatus().node())
                        .update();
                String node = dataSource.replicationStatus().node();
                orders.sql("CREATE TABLE IF NOT EXISTS item(node PRIMARY KEY)").update();
                orders.sql("INSERT INTO item VALUES(?)").param(node).update();
                Awaitility.await().until(() -> dataSource.replicationStatus().outboxLength() == 0);
            }
            System.out.println("replicating: " + dataSource.replicationStatus().replicating());
            System.out.println("members: "
                    + context.getBean(ClusterMembers.class).getClass().getSimpleName());
            System.out.println("leader: "
                    + context.getBeanProvider(ClusterLeader.class).stream()
                            .map(leader -> leader.getClass().getSimpleName())
                            .collect(Collectors.joining()));
            System.out.println("orders: "
                    + orders.sql("SELECT node FROM item ORDER BY node")
                            .query(String.class)
                            .list());
            System.out.println("titles: "
                    + jdbc.sql("SELECT title FROM task ORDER BY title")
                            .query(String.class)
                            .list());
        }
    }
}
