package io.github.hasqlite.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.MariaDBJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.autoconfigure.HaSqliteAutoConfiguration;
import io.github.hasqlite.autoconfigure.HaSqliteScriptsAutoConfiguration;
import io.github.hasqlite.testing.NatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.quartz.autoconfigure.QuartzAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * What only one node should do at a time: libraries that decide this with a row of a table keep two nodes apart in commit
 * mode {@code strict}. The properties are those of docs/works-with.md.
 */
@Tag("nats")
@Timeout(120)
class OneNodeAtATimeTests {

    private static final int RACES = 60;

    @TempDir
    static Path folder;

    private static NatsServer server;
    private static Nodes nodes;

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        HaSqliteAutoConfiguration.class,
        HaSqliteScriptsAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        QuartzAutoConfiguration.class,
        BatchJdbcAutoConfiguration.class
    })
    static class Application {

        @Bean
        LockProvider lockProvider(DataSource dataSource) {
            return new JdbcTemplateLockProvider(dataSource);
        }

        @Bean
        org.springframework.batch.core.job.Job importJob(
                JobRepository repository, PlatformTransactionManager transactions) {
            return new org.springframework.batch.core.job.builder.JobBuilder("import", repository)
                    .start(new StepBuilder("step", repository)
                            .tasklet(
                                    (contribution, context) -> {
                                        ran("batch "
                                                + context.getStepContext()
                                                        .getJobParameters()
                                                        .get("day"));
                                        return RepeatStatus.FINISHED;
                                    },
                                    transactions)
                            .build())
                    .build();
        }
    }

    /** How often each thing was done, by whichever node. */
    private static final Map<String, AtomicInteger> RUNS = new ConcurrentHashMap<>();

    private static void ran(String what) {
        RUNS.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
    }

    private static List<String> runs(String prefix) {
        return RUNS.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .map(entry -> entry.getValue().toString())
                .toList();
    }

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start();
        nodes = Nodes.startTogether(
                server,
                folder,
                2,
                Application.class,
                "ha.sqlite.commit-mode=strict",
                "ha.sqlite.transactions.begin=immediate",
                "spring.batch.jdbc.initialize-schema=always",
                "spring.batch.job.enabled=false",
                "spring.quartz.job-store-type=jdbc",
                "spring.quartz.jdbc.initialize-schema=always",
                "spring.quartz.jdbc.schema=classpath:io/github/hasqlite/quartz/tables_sqlite.sql",
                "spring.quartz.properties.org.quartz.jobStore.driverDelegateClass="
                        + "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate",
                "spring.quartz.properties.org.quartz.jobStore.lockHandler.class="
                        + "org.quartz.impl.jdbcjobstore.UpdateLockRowSemaphore",
                "spring.quartz.properties.org.quartz.jobStore.isClustered=true",
                "spring.quartz.properties.org.quartz.jobStore.clusterCheckinInterval=10000",
                "spring.quartz.properties.org.quartz.scheduler.instanceId=AUTO",
                "spring.quartz.properties.org.quartz.scheduler.idleWaitTime=1000");
        nodes.client(0)
                .sql("CREATE TABLE shedlock(name TEXT PRIMARY KEY NOT NULL, lock_until TIMESTAMP NOT NULL,"
                        + " locked_at TIMESTAMP NOT NULL, locked_by TEXT NOT NULL)")
                .update();
        nodes.client(0)
                .sql(
                        "CREATE TABLE scheduled_tasks(task_name TEXT NOT NULL, task_instance TEXT NOT NULL, task_data BLOB,"
                                + " execution_time TIMESTAMP NOT NULL, picked BOOLEAN NOT NULL, picked_by TEXT,"
                                + " last_success TIMESTAMP, last_failure TIMESTAMP, consecutive_failures INTEGER,"
                                + " last_heartbeat TIMESTAMP, version INTEGER NOT NULL, priority INTEGER,"
                                + " PRIMARY KEY (task_name, task_instance))")
                .update();
        nodes.await();
    }

    @AfterAll
    static void stop() {
        nodes.close();
        server.close();
    }

    private interface Race {
        void run(int node) throws Exception;
    }

    private static void onBoth(Race race) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> both = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int node = i;
                both.add(threads.submit(() -> {
                    start.await(1, TimeUnit.MINUTES);
                    race.run(node);
                    return null;
                }));
            }
            for (Future<?> one : both) {
                one.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shedLock() throws Exception {
        for (int i = 0; i < RACES; i++) {
            // a new lock, and one that exists and is over
            String name = i % 2 == 0 ? "new" + i : "again";
            String race = "shedlock " + i;
            AtomicInteger held = new AtomicInteger();
            onBoth(node -> {
                Optional<SimpleLock> lock = nodes.bean(node, LockProvider.class)
                        .lock(new LockConfiguration(Instant.now(), name, Duration.ofMinutes(1), Duration.ZERO));
                if (lock.isPresent()) {
                    ran(race);
                    held.incrementAndGet();
                }
            });
            assertThat(held.get()).as("holders of %s", name).isLessThanOrEqualTo(1);
            nodes.await();
            nodes.client(0).sql("UPDATE shedlock SET lock_until = 0").update();
            nodes.await();
        }
        // not because nobody ever got it
        assertThat(runs("shedlock")).hasSizeGreaterThan(RACES / 2);
    }

    @Test
    void dbScheduler() throws Exception {
        OneTimeTask<Void> task = Tasks.oneTime("mail").execute((instance, context) -> ran("mail " + instance.getId()));
        List<Scheduler> schedulers = new ArrayList<>();
        try {
            for (int node = 0; node < 2; node++) {
                Scheduler scheduler = Scheduler.create(nodes.bean(node, HaSqliteDataSource.class), task)
                        .schedulerName(new SchedulerName.Fixed("n" + node))
                        .jdbcCustomization(new MariaDBJdbcCustomization(true))
                        .pollingInterval(Duration.ofMillis(100))
                        .threads(5)
                        .build();
                schedulers.add(scheduler);
            }
            for (int i = 0; i < 20; i++) {
                schedulers.get(0).schedule(task.instance("m" + i), Instant.now());
            }
            schedulers.forEach(Scheduler::start);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> nodes.client(0)
                            .sql("SELECT count(*) = 0 FROM scheduled_tasks")
                            .query(Boolean.class)
                            .single());
        } finally {
            schedulers.forEach(Scheduler::stop);
        }
        assertThat(nodes.everywhere("SELECT count(*) FROM scheduled_tasks")).containsExactly("0");
        assertThat(runs("mail")).hasSize(20).containsOnly("1");
    }

    /** Its name says when it was to fire. */
    public static final class Tick implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            ran("tick " + context.getScheduledFireTime().getTime());
        }
    }

    @Test
    void quartz() throws Exception {
        org.quartz.Scheduler scheduler = nodes.bean(0, org.quartz.Scheduler.class);
        scheduler.scheduleJob(
                JobBuilder.newJob(Tick.class)
                        .withIdentity("tick")
                        .usingJobData("text", "a blob")
                        .build(),
                TriggerBuilder.newTrigger()
                        .startAt(new Date(System.currentTimeMillis() + 500))
                        .withSchedule(SimpleScheduleBuilder.simpleSchedule()
                                .withIntervalInMilliseconds(100)
                                .withRepeatCount(19)
                                .withMisfireHandlingInstructionIgnoreMisfires())
                        .build());
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> nodes.client(0)
                        .sql("SELECT count(*) = 0 FROM QRTZ_TRIGGERS WHERE TRIGGER_TYPE = 'SIMPLE'")
                        .query(Boolean.class)
                        .single());
        assertThat(nodes.everywhere("SELECT count(*) FROM QRTZ_TRIGGERS WHERE TRIGGER_TYPE = 'SIMPLE'"))
                .containsExactly("0");
        assertThat(runs("tick")).hasSize(20).containsOnly("1");
    }

    @Test
    void batch() throws Exception {
        for (int day = 0; day < 5; day++) {
            String parameter = "d" + day;
            List<String> refusals = java.util.Collections.synchronizedList(new ArrayList<>());
            onBoth(node -> {
                try {
                    nodes.bean(node, JobOperator.class)
                            .start(
                                    nodes.bean(node, org.springframework.batch.core.job.Job.class),
                                    new JobParametersBuilder()
                                            .addString("day", parameter)
                                            .toJobParameters());
                } catch (Exception e) {
                    refusals.add(e.toString());
                }
            });
            // at least one is told that the other does it, or that it came second
            assertThat(refusals).as("refusals for %s", parameter).isNotEmpty();
            nodes.await();
        }
        assertThat(runs("batch")).isNotEmpty().containsOnly("1");
        assertThat(nodes.everywhere(
                        "SELECT JOB_INSTANCE_ID, count(*) FROM BATCH_JOB_EXECUTION WHERE STATUS = 'COMPLETED'"
                                + " GROUP BY JOB_INSTANCE_ID HAVING count(*) > 1"))
                .isEmpty();
    }
}
