package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages as Go's {@code encoding/json} writes them for a node of the Go implementation. */
class GoMessageTests {

    private static final String MESSAGE = """
            {"node":"go-1","process_id":1780000000000000001,"filename":"app.db","changes":[\
            {"database":"main","table":"task","columns":["id","title","price","done","data"],"pk_columns":["id"],\
            "operation":"INSERT","new_rowid":7,"new_values":[7,"a \\u003cb\\u003e \\u0026 \\u2028",19.5,true,"AQID"],\
            "ts_ns":1780000000000000002},\
            {"database":"main","table":"task","columns":["id","title","price","done","data"],"pk_columns":["id"],\
            "operation":"UPDATE","old_rowid":7,"new_rowid":7,"old_values":[7,"a",1,false,null],\
            "new_values":[9007199254740993,"\\ufffd",1e+21,0,""],"ts_ns":1780000000000000003},\
            {"database":"main","table":"log","columns":["line"],"operation":"DELETE","old_rowid":1,\
            "old_values":[18446744073709551615],"ts_ns":1780000000000000004},\
            {"operation":"SQL","command":"CREATE TABLE x(a)","args":[1,"y"],"ts_ns":1780000000000000005}],\
            "timestamp_ns":1780000000000000006}""";

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();

    @Test
    void aMessageOfAGoNodeIsUnderstood() throws Exception {
        List<String> columns = List.of("id", "title", "price", "done", "data");
        ChangeSet expected = new ChangeSet(
                "go-1",
                1780000000000000001L,
                "app.db",
                1780000000000000006L,
                "",
                0,
                0,
                0,
                List.of(
                        Change.insert(
                                "task", columns, List.of("id"), 7L, List.of(7L, "a <b> & \u2028", 19.5, 1L, "AQID")),
                        Change.update(
                                "task",
                                columns,
                                List.of("id"),
                                7L,
                                7L,
                                Arrays.asList(7L, "a", 1L, 0L, null),
                                List.of(9007199254740993L, "\ufffd", 1e21, 0L, "")),
                        Change.delete("log", List.of("line"), List.of(), 1L, List.of(1.8446744073709552E19)),
                        Change.sql("CREATE TABLE x(a)", List.of(1L, "y"))));
        byte[] message = MESSAGE.getBytes(StandardCharsets.UTF_8);
        ChangeSetAssertions.assertSame(serializer.deserialize(message), expected);
        assertThat(serializer.origin(message)).isNull();
    }

    @Test
    void aChangeSetWithNothingButChangesIsEnough() throws Exception {
        byte[] message = "{\"changes\":[{\"operation\":\"SQL\",\"command\":\"c\"}]}".getBytes(StandardCharsets.UTF_8);
        ChangeSet changeSet = serializer.deserialize(message);
        assertThat(changeSet.node()).isEmpty();
        assertThat(changeSet.changes().get(0).operation()).isEqualTo(Operation.SQL);
        assertThat(changeSet.changes().get(0).database()).isEqualTo("main");
    }
}
