package io.github.hasqlite;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one node answers to one verification.
 *
 * @param verification the verification's id
 * @param sequence the stream sequence at which the database was looked at
 * @param node the node's name
 * @param state how far it has come
 * @param tables the digests by the tables' names, those of indexes, views and triggers together under {@link
 *     #SCHEMA}; empty unless {@link State#DONE}
 * @param detail why there are no digests and will be none; otherwise empty
 */
public record NodeDigest(
        String verification, long sequence, String node, State state, Map<String, TableDigest> tables, String detail) {

    /** Where the digest of indexes, views and triggers is; no table has this name. */
    public static final String SCHEMA = "sqlite_schema";

    /** How far a node has come. */
    public enum State {
        /** It has come to the place in the stream and computes. */
        COMPUTING,
        /** The digests are there. */
        DONE,
        /** It was busy with another verification. */
        SKIPPED,
        /** It could not compute them. */
        FAILED
    }

    public NodeDigest {
        tables = Map.copyOf(tables);
    }

    /** Without digests yet. */
    public static NodeDigest computing(String verification, long sequence, String node) {
        return new NodeDigest(verification, sequence, node, State.COMPUTING, Map.of(), "");
    }

    /** With them. */
    public static NodeDigest done(String verification, long sequence, String node, Map<String, TableDigest> tables) {
        return new NodeDigest(verification, sequence, node, State.DONE, tables, "");
    }

    /** Without, because of something else. */
    public static NodeDigest skipped(String verification, long sequence, String node, String detail) {
        return new NodeDigest(verification, sequence, node, State.SKIPPED, Map.of(), detail);
    }

    /** Without, because of a failure. */
    public static NodeDigest failed(String verification, long sequence, String node, String detail) {
        return new NodeDigest(verification, sequence, node, State.FAILED, Map.of(), detail);
    }

    /** Shows the tables in the order of their names. */
    @Override
    public String toString() {
        return "NodeDigest[verification=" + verification + ", sequence=" + sequence + ", node=" + node + ", state="
                + state + ", tables=" + new TreeMap<>(tables) + ", detail=" + detail + "]";
    }
}
