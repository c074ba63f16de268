package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.ForwardTo;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What nodes and their clients say to each other over HTTP.
 *
 * @param readYourWrites A client that goes from node to node reads what it has written.
 * @param forward Requests that change something are answered by another node.
 * @param api SQL, copies and members for clients.
 */
public record HttpProperties(
        @DefaultValue ReadYourWrites readYourWrites,
        @DefaultValue Forward forward,
        @NestedConfigurationProperty @DefaultValue HttpApiProperties api) {

    /**
     * A client that goes from node to node reads what it has written.
     *
     * @param enabled Whether answers say in a header and a cookie up to where their client has seen the database, and
     *     requests wait until this node has come as far.
     * @param cookie Name of the cookie; empty for the header alone.
     * @param timeout How long a request waits.
     * @param onTimeout What becomes of a request for which this node has not come so far in time.
     */
    public record ReadYourWrites(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("ha-sqlite-position") String cookie,
            @DefaultValue("2s") Duration timeout,
            @DefaultValue("fail") OnLate onTimeout) {}

    /** What becomes of a request for which a node has not applied enough in time. */
    public enum OnLate {
        /** It is answered with status 503, and may be made again. */
        FAIL,
        /** Another node answers it. */
        FORWARD
    }

    /**
     * Requests that change something are answered by another node.
     *
     * @param enabled Whether requests whose method is not GET, HEAD, OPTIONS or TRACE go to another node where this one
     *     should not answer them.
     * @param to Which node answers: LEADER, or WRITER for this node unless it is a read replica.
     * @param timeout How long the other node has, after the request's last byte, until it begins to answer.
     * @param urlPatterns Paths of requests that may be forwarded, as in a servlet mapping: /tasks, /api/* or *.do;
     *     /api/** means /api/*.
     * @param ssl Transport encryption to nodes whose address begins with https.
     */
    public record Forward(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("leader") ForwardTo to,
            @DefaultValue("30s") Duration timeout,
            @DefaultValue("/*") List<String> urlPatterns,
            @NestedConfigurationProperty @DefaultValue HaSqliteProperties.Ssl ssl) {}
}
