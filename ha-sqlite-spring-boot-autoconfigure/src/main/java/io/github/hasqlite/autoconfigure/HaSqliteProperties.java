package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.MergeMode;
import io.github.hasqlite.OnStreamReset;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.StrictIsolation;
import io.github.hasqlite.core.jdbc.PoolSettings.Begin;
import io.github.hasqlite.core.jdbc.PoolSettings.Synchronous;
import io.github.hasqlite.core.replay.Applier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an application can say about its replicated database. A name that is not known is refused
 * rather than ignored: a misspelled commit mode should not be found out by losing data. {@code
 * toString} shows no secret.
 *
 * @param enabled Whether the replicating DataSource is configured. If this is not set, it is, unless the application
 *     excludes Spring Boot's DataSourceAutoConfiguration.
 * @param path Database file. Missing parent folders are created.
 * @param name Name of this node, unique among the nodes. By default the name of the host.
 * @param replicationId Which database this is: nodes with the same one replicate each other's changes. By
 *     default the name of the database file. In the stream's subject, dots, slashes and blanks become
 *     underscores and the last 32 bytes stay.
 * @param replicationUrl NATS servers to replicate through, for example nats://host:4222; several separated by
 *     commas. By default the embedded server if it is enabled.
 * @param stream JetStream stream that stores the changes, shared by all nodes.
 * @param streamMaxAge How long the stream keeps a change at least. What is older is dropped as soon as snapshots hold
 *     it; a node that was away for longer goes on from a snapshot.
 * @param streamReserve For how much longer the stream keeps a change that no snapshot holds, for example while all nodes
 *     are away. 0 drops it after stream-max-age all the same. The same on all nodes.
 * @param streamMaxBytes How large the stream may get, on each server, before its oldest changes go although they are
 *     younger than stream-max-age. By default any size.
 * @param replicas On how many servers of a NATS cluster each change is stored, 1 to 5. By default 1; in a cluster of
 *     embedded servers as many as there are, up to 3, or 5 where the routes name five servers.
 * @param extensions Shared libraries with SQLite extensions, which every connection to the database loads in this
 *     order. The same on all nodes.
 * @param merge What an update means for a row that another node has changed meanwhile. ROW sets all of it, COLUMN the
 *     columns that were changed. The same on all nodes.
 * @param rowIdentify How the row that another node's change means is found. The same on all nodes.
 * @param commitMode When a commit returns. The same on all nodes.
 * @param strict What commit mode strict promises.
 * @param transactions Transactions of the application.
 * @param keys Keys of rows that are inserted without one.
 * @param publisher Sending changes to the other nodes.
 * @param subscriber Receiving the changes of the other nodes.
 * @param ddlSync Whether schema changes of this node are made on all nodes. If not, each node makes its own. The same
 *     on all nodes.
 * @param deliverPolicy With which message a read replica begins that has followed no stream yet: all, new, last,
 *     by_start_sequence=N or by_start_time=T. With all, it has what the others have.
 * @param autoStart Whether replication starts with the application. If not, the database can only be read until
 *     HaSqliteDataSource.start() is called.
 * @param bootstrap Catching up at the start.
 * @param snapshotter Copies of the database for nodes that come new or were away for long.
 * @param verification Comparing the databases of all nodes.
 * @param history What was committed in the cluster, and taking it back.
 * @param onStreamReset What happens if the stream is not the one any more that this node's database follows. STOP
 *     refuses to start; REJOIN sets the database file aside and begins with what the stream's nodes have; ORIGIN makes
 *     this database what the new stream begins with.
 * @param members What this node says of itself to the others.
 * @param leader The one node that does what only one should.
 * @param http What nodes and their clients say to each other over HTTP.
 * @param gateway What clients may take that send SQL from outside of the application.
 * @param postgres PostgreSQL's protocol, for its clients, drivers and tools.
 * @param nats NATS servers.
 * @param apply Applying the other nodes' changes.
 * @param pool Connections to the database file.
 * @param joins Whether read-only connections see all other databases of the application as attached schemas.
 * @param databases Further databases by name, each with the properties of this one. What is not set there is as it is
 *     for this one, but for path, replication-id and stream.
 */
@ConfigurationProperties(prefix = HaSqliteProperties.PREFIX, ignoreUnknownFields = false)
public record HaSqliteProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String path,
        @Nullable String name,
        @Nullable String replicationId,
        @DefaultValue List<String> replicationUrl,
        @DefaultValue("ha_replication") String stream,
        @DefaultValue("24h") Duration streamMaxAge,
        @DefaultValue("4d") Duration streamReserve,
        @Nullable DataSize streamMaxBytes,
        @Nullable Integer replicas,
        @DefaultValue List<String> extensions,
        @DefaultValue("pk") RowIdentify rowIdentify,
        @DefaultValue("row") MergeMode merge,
        @DefaultValue("sync") CommitMode commitMode,
        @DefaultValue Strict strict,
        @DefaultValue Transactions transactions,
        @DefaultValue Keys keys,
        @DefaultValue Publisher publisher,
        @DefaultValue Subscriber subscriber,
        @DefaultValue("true") boolean ddlSync,
        @DefaultValue("all") String deliverPolicy,
        @DefaultValue("true") boolean autoStart,
        @DefaultValue Bootstrap bootstrap,
        @DefaultValue Snapshotter snapshotter,
        @DefaultValue Verification verification,
        @DefaultValue History history,
        @DefaultValue("stop") OnStreamReset onStreamReset,
        @DefaultValue Members members,
        @DefaultValue Leader leader,
        @NestedConfigurationProperty @DefaultValue HttpProperties http,
        @NestedConfigurationProperty @DefaultValue GatewayProperties gateway,
        @NestedConfigurationProperty @DefaultValue PostgresProperties postgres,
        @DefaultValue Nats nats,
        @DefaultValue Apply apply,
        @DefaultValue Pool pool,
        @DefaultValue("true") boolean joins,
        @DefaultValue Map<String, HaSqliteProperties> databases) {

    static final String PREFIX = "ha.sqlite";

    @Override
    public String toString() {
        return "HaSqliteProperties[enabled=" + enabled + ", path=" + path + ", name=" + name + ", replicationId="
                + replicationId + ", replicationUrl=" + replicationUrl.size() + " configured, stream=" + stream
                + ", streamMaxAge=" + streamMaxAge + ", streamReserve=" + streamReserve + ", streamMaxBytes="
                + streamMaxBytes + ", replicas=" + replicas
                + ", extensions=" + extensions + ", rowIdentify=" + rowIdentify + ", merge=" + merge
                + ", commitMode=" + commitMode + ", strict=" + strict + ", transactions=" + transactions + ", keys="
                + keys + ", publisher=" + publisher + ", subscriber=" + subscriber + ", ddlSync=" + ddlSync
                + ", deliverPolicy=" + deliverPolicy + ", autoStart=" + autoStart
                + ", bootstrap=" + bootstrap + ", snapshotter=" + snapshotter + ", verification=" + verification
                + ", history=" + history + ", onStreamReset=" + onStreamReset + ", members=" + members + ", leader="
                + leader + ", http=" + http
                + ", gateway=" + gateway + ", postgres=" + postgres + ", nats=" + nats + ", apply=" + apply + ", pool="
                + pool + ", joins=" + joins + ", databases=" + databases + "]";
    }

    /**
     * What commit mode {@code strict} promises.
     *
     * @param isolation Which transactions made at the same time on several nodes cannot both commit: with
     *     serializable any two, with snapshot only those that write the same rows or unique keys.
     * @param groupCommit Whether transactions of this node that commit at the same time are brought into the stream
     *     together, in one message, instead of one after the other.
     */
    public record Strict(
            @DefaultValue("serializable") StrictIsolation isolation,
            @DefaultValue("false") boolean groupCommit) {}

    /**
     * Transactions of the application.
     *
     * @param begin What begins a transaction that is not read only. With DEFERRED its first write takes the write lock,
     *     and is refused if what the transaction has read has changed meanwhile. With IMMEDIATE its first statement
     *     does, also if that only reads, so that what is read, changed and written is never refused.
     */
    public record Transactions(@DefaultValue("deferred") Begin begin) {}

    /**
     * Keys of rows that are inserted without one.
     *
     * @param blocks Blocks of numbers that are this node's alone.
     */
    public record Keys(@DefaultValue Blocks blocks) {}

    /**
     * Blocks of numbers for an INTEGER PRIMARY KEY that an INSERT leaves to SQLite.
     *
     * @param enabled Whether such a key is the next number of this node's block, so that no two nodes choose the same
     *     one. If not, SQLite counts on, on each node for itself. By default in the commit modes async and sync; in
     *     strict, a key that two nodes choose rolls back one of the transactions.
     * @param size How many numbers a block has at least, 1 to 100000. Half of a block at least is left when the stream
     *     goes away.
     */
    public record Blocks(
            @Nullable Boolean enabled, @DefaultValue("100") int size) {}

    /**
     * Sending changes.
     *
     * @param enabled Whether this node sends its changes. If not, it is a read replica, whose DataSource refuses
     *     to write.
     * @param timeout How long a commit waits for the stream.
     * @param onTimeout What becomes of a commit in sync mode that the stream does not acknowledge in time.
     */
    public record Publisher(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("15s") Duration timeout,
            @DefaultValue("fail") OnTimeout onTimeout) {}

    /** What becomes of a commit in {@code sync} mode that the stream does not acknowledge in time. */
    public enum OnTimeout {
        /** The caller gets an exception that says that the transaction is committed here and will be replicated. */
        FAIL,
        /** It returns as in {@code async} mode, and a warning is logged. */
        DEGRADE
    }

    /**
     * Receiving changes.
     *
     * @param enabled Whether this node receives the changes of the others.
     */
    public record Subscriber(@DefaultValue("true") boolean enabled) {}

    /**
     * Catching up.
     *
     * @param timeout How long the start waits until this node has what the others have: for the stream if the
     *     database is new, for a snapshot, for catching up, and on a read replica for the migration of another node.
     */
    public record Bootstrap(@DefaultValue("5m") Duration timeout) {}

    /**
     * Snapshots.
     *
     * @param enabled Whether this node takes snapshots. One node of a cluster at least should.
     * @param interval How long to wait between two. The stream has to keep messages for twice as long at least.
     * @param keep How many of the newest are kept. Some older ones are kept, too, as long as the stream has the
     *     messages behind them.
     */
    public record Snapshotter(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1m") Duration interval,
            @DefaultValue("2") int keep) {}

    /**
     * Comparing the databases.
     *
     * @param interval How long to wait between two comparisons of all nodes, which each read the whole database. 0
     *     compares only when DatabaseVerifier is asked to. The same on all nodes.
     */
    public record Verification(@DefaultValue("0s") Duration interval) {}

    /**
     * What was committed in the cluster, and taking it back.
     *
     * @param maxRows How many rows are taken back at once at most. They are held in memory, each up to three times.
     */
    public record History(@DefaultValue("250000") int maxRows) {}

    /**
     * What this node says of itself to the others.
     *
     * @param enabled Whether this node is listed as a member of the cluster, and knows the others. If not, it cannot
     *     be removed while it runs.
     * @param address Base URL at which the other nodes reach this node's HTTP server, for example
     *     http://node-1:8080. Forwarding needs it.
     * @param age After what silence a member is gone, at least 1s. It speaks five times as often.
     */
    public record Members(
            @DefaultValue("true") boolean enabled,
            @Nullable String address,
            @DefaultValue("15s") Duration age) {}

    /**
     * The one node that does what only one should.
     *
     * @param enabled Whether this node may lead, unless it is a read replica, and knows who does.
     * @param lease How long a leader leads that cannot reach the servers any more, at least 1s. The same on all nodes.
     */
    public record Leader(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("10s") Duration lease) {}

    /**
     * NATS servers.
     *
     * @param user User name.
     * @param password Password of the user.
     * @param token Token, instead of user and password.
     * @param nkey Seed of a user's NKey, beginning with SU, instead of user and password.
     * @param credentials Credentials file with a user's JWT and seed, instead of user and password.
     * @param ssl Transport encryption.
     * @param embedded A nats-server that this node runs.
     */
    public record Nats(
            @Nullable String user,
            @Nullable String password,
            @Nullable String token,
            @Nullable String nkey,
            @Nullable String credentials,
            @DefaultValue Ssl ssl,
            @DefaultValue Embedded embedded) {

        @Override
        public String toString() {
            return "Nats[user=" + user + ", password=" + hide(password) + ", token=" + hide(token) + ", nkey="
                    + hide(nkey) + ", credentials=" + credentials + ", ssl=" + ssl + ", embedded=" + embedded + "]";
        }
    }

    /**
     * Transport encryption.
     *
     * @param bundle SSL bundle, as defined by spring.ssl.bundle, to connect with.
     */
    public record Ssl(@Nullable String bundle) {}

    /**
     * A nats-server that this node runs as a child process.
     *
     * @param enabled Whether this node runs a nats-server.
     * @param host Address to listen on. Any but a loopback address needs user and password.
     * @param port Port to listen on; 0 for any free one.
     * @param name Name of the server, unique among servers that are connected to each other. By default the name of
     *     this node.
     * @param storeDir Folder for messages, configuration and log. By default next to the database file, with "-nats"
     *     added to its name.
     * @param configFile The nats-server configuration file to use; host, port, user and password then stand there.
     * @param binary The nats-server program. By default it is looked for in PATH, the usual folders and the class path.
     * @param user User name that this node and the others connect with. By default nobody needs one.
     * @param password Password of the user.
     * @param cluster A cluster that the servers of several nodes form.
     */
    public record Embedded(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("127.0.0.1") String host,
            @DefaultValue("4222") int port,
            @Nullable String name,
            @Nullable String storeDir,
            @Nullable String configFile,
            @Nullable String binary,
            @Nullable String user,
            @Nullable String password,
            @Nullable Cluster cluster) {

        @Override
        public String toString() {
            return "Embedded[enabled=" + enabled + ", host=" + host + ", port=" + port + ", name=" + name
                    + ", storeDir=" + storeDir + ", configFile=" + configFile + ", binary=" + binary + ", user="
                    + user + ", password=" + hide(password) + ", cluster=" + cluster + "]";
        }
    }

    /**
     * A cluster that the embedded servers of several nodes form: the stream is on several of them, and any one may die.
     *
     * @param name Name of the cluster, the same on all nodes.
     * @param host Address to listen on for the other servers. Any but a loopback address needs user and password.
     * @param port Port to listen on for the other servers.
     * @param routes Where the servers of the cluster listen for each other, as host:port, separated by commas. The list
     *     may be the same on all nodes.
     * @param user User name by which the servers know each other, the same on all nodes.
     * @param password Password of the user.
     * @param ssl Encryption of what the servers tell each other. The certificate is used by both sides.
     */
    public record Cluster(
            @DefaultValue("ha-sqlite") String name,
            @DefaultValue("127.0.0.1") String host,
            @DefaultValue("6222") int port,
            @DefaultValue List<String> routes,
            @Nullable String user,
            @Nullable String password,
            @DefaultValue Ssl ssl) {

        @Override
        public String toString() {
            return "Cluster[name=" + name + ", host=" + host + ", port=" + port + ", routes=" + routes + ", user="
                    + user + ", password=" + hide(password) + ", ssl=" + ssl + "]";
        }
    }

    /**
     * Applying changes.
     *
     * @param onFailure What happens to a change set that cannot be applied here after several attempts. HALT applies
     *     nothing more until somebody intervenes; DEAD_LETTER leaves it out, so that this node may differ.
     */
    public record Apply(@DefaultValue("halt") Applier.OnFailure onFailure) {}

    /**
     * Connections to the database file.
     *
     * @param writers How many connections there are at most that may write. As many transactions can wait
     *     for the stream at once.
     * @param readers How many connections there are at most that only read.
     * @param connectionTimeout How long to wait for a free connection.
     * @param lockTimeout How long a write waits for other writers.
     * @param foreignKeys Whether foreign keys are enforced, which SQLite by itself does not.
     * @param synchronous What is synced to disk at a commit. NORMAL may lose the last commits when the machine loses
     *     power, FULL does not; both survive a crash of the application.
     * @param cacheSize Page cache of each connection.
     * @param trustedSchema Whether the schema may use functions and virtual tables that are not marked as harmless, as
     *     SQLite allows by itself. Switch it off only if nothing in any schema of the cluster needs them.
     */
    public record Pool(
            @DefaultValue("16") int writers,
            @DefaultValue("10") int readers,
            @DefaultValue("30s") Duration connectionTimeout,
            @DefaultValue("5s") Duration lockTimeout,
            @DefaultValue("false") boolean foreignKeys,
            @DefaultValue("normal") Synchronous synchronous,
            @DefaultValue("16MB") DataSize cacheSize,
            @DefaultValue("true") boolean trustedSchema) {}

    private static @Nullable String hide(@Nullable String secret) {
        return secret == null ? null : "***";
    }
}
