package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.CommitMode;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What URLs say. */
class NodeUrlTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    name=n1                        | name                    | n1
                    replicationURL=nats://a:1,b:2  | replication-url         | nats://a:1,b:2
                    replication-url=nats://a:1     | replication-url         | nats://a:1
                    replicationUrl=nats://a:1      | replication-url         | nats://a:1
                    ha.sqlite.replication-id=x     | replication-id          | x
                    replicationID=a%20b%26%C3%A4   | replication-id          | a b&ä
                    cdcID=x                        | replication-id          | x
                    replicationStream=s            | stream                  | s
                    commitMode=async               | commit-mode             | async
                    asyncPublisher=true            | commit-mode             | async
                    asyncPublisher=0               | commit-mode             | sync
                    publisher.onTimeout=degrade    | publisher.on-timeout    | degrade
                    publisherTimeout=1m30s         | publisher.timeout       | PT1M30S
                    snapshotInterval=30s           | snapshotter.interval    | 30s
                    disablePublisher=t             | publisher.enabled       | false
                    disableCDCSubscriber=true      | subscriber.enabled      | false
                    disableDBSnapshotter=1         | snapshotter.enabled     | false
                    disableDDLSync=false           | ddl-sync                | true
                    streamMaxAge=24h               | stream-max-age          | 24h
                    natsStoreDir=x                 | nats.embedded.store-dir | x
                    password=p+q                   | nats.password           | p+q
                    mode=ro                        | read-only               | true
                    readOnly=true                  | read-only               | true
                    """)
    void namesAndValuesOfOptions(String option, String property, String value) {
        assertThat(parse("a.db?" + option).options()).containsEntry(property, value);
    }

    @Test
    void anOptionOfTheGoDriverForItsServerRunsOne() {
        assertThat(parse("a.db?natsPort=4333").options())
                .containsOnly(Map.entry("nats.embedded.port", "4333"), Map.entry("nats.embedded.enabled", "true"));
    }

    @Test
    void becomesProperties() {
        HaSqliteProperties properties = parse(
                        "file:./data/a.db?replicationURL=nats://a:1,nats://b:2&commitMode=ASYNC&publisherTimeout=1m30s"
                                + "&pool.cache-size=8MB&transactions.begin=immediate")
                .bind(Map.of("ha.sqlite.name", "default"));
        assertThat(properties.path()).isEqualTo("./data/a.db");
        assertThat(properties.name()).isEqualTo("default");
        assertThat(properties.replicationUrl()).containsExactly("nats://a:1", "nats://b:2");
        assertThat(properties.commitMode()).isEqualTo(CommitMode.ASYNC);
        assertThat(properties.publisher().timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(properties.pool().cacheSize().toMegabytes()).isEqualTo(8);
    }

    @Test
    void propertiesOfJdbcAreOptionsToo() {
        Properties more = new Properties();
        more.setProperty("user", "u");
        more.setProperty("password", "secret");
        more.setProperty("commitMode", "async");
        assertThat(NodeUrl.parse("jdbc:ha-sqlite:a.db?name=n1", more).options())
                .containsOnly(
                        Map.entry("name", "n1"),
                        Map.entry("nats.user", "u"),
                        Map.entry("nats.password", "secret"),
                        Map.entry("commit-mode", "async"));
        more.clear();
        more.setProperty("user", "");
        assertThat(NodeUrl.parse("jdbc:ha-sqlite:a.db", more).options()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    a.db?commitMod=async                     | no option 'commitMod'; did you mean commit-mode?
                    a.db?replicationURI=nats://a:1           | did you mean replication-url?
                    a.db?disabelPublisher=true               | did you mean disablePublisher?
                    a.db?publisher.timout=1s                 | did you mean publisher.timeout?
                    a.db?zzz=1                               | no option 'zzz' The options are
                    a.db?_journal=WAL                        | no option '_journal'
                    a.db?databases.x.path=b                  | 'databases.x.path' is none of a URL: each database has a URL of its own
                    a.db?autoStart=false                     | nobody could start replication later
                    a.db?grpcPort=1                          | there is no gRPC
                    a.db?name=a&name=b                       | name is there twice
                    a.db?asyncPublisher=true&commitMode=sync | commit-mode is there twice
                    a.db?disablePublisher=perhaps            | disablePublisher has to be true or false
                    a.db?name                                | options as name=value
                    a.db?name=%4                             | two hexadecimal digits
                    a.db?name=%+4                            | two hexadecimal digits
                    :memory:                                 | in memory cannot be replicated
                    ?name=n1                                 | names no file
                    """)
    void whatIsNotUnderstoodIsRefused(String rest, String reason) {
        assertThatExceptionOfType(InvalidUrlException.class)
                .isThrownBy(() -> parse(rest))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    commit-mode=often     | commit-mode cannot be 'often'; it can be async, sync, strict
                    publisher.timeout=x   | publisher.timeout cannot be 'x'; it is a duration
                    nats.embedded.port=no | nats.embedded.port cannot be 'no'
                    """)
    void aValueThatIsNoneIsRefused(String option, String reason) {
        assertThatExceptionOfType(InvalidUrlException.class)
                .isThrownBy(() -> parse("a.db?" + option).bind(Map.of()))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.db?natsPas=geheim", "a.db?nats.password=geheim&nats.password=other"})
    void noSecretIsShown(String rest) {
        assertThatExceptionOfType(InvalidUrlException.class)
                .isThrownBy(() -> parse(rest))
                .withMessageNotContaining("geheim");
    }

    @Test
    void pathsOfFiles() {
        assertThat(parse("/tmp/a b%.db").path()).isEqualTo("/tmp/a b%.db");
        assertThat(parse("file:///tmp/a.db?name=x").path()).isEqualTo("/tmp/a.db");
        assertThat(parse("file:a.db").path()).isEqualTo("a.db");
    }

    private static NodeUrl parse(String rest) {
        return NodeUrl.parse("jdbc:ha-sqlite:" + rest, new Properties());
    }
}
