package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.sqlite.SchemaNote;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a schema change says beside its statements survives the way as SQL text. */
class SchemaNoteTests {

    @Test
    void comesBackAsItWas() {
        Map<String, @Nullable String> columns = new LinkedHashMap<>();
        columns.put("a'b", "c\"d");
        columns.put("gone;", null);
        SchemaNote note = new SchemaNote(
                true,
                List.of(
                        new SchemaNote.Renamed("it's", "\"quoted\"", columns),
                        new SchemaNote.Renamed("alone;", null, Map.of()),
                        new SchemaNote.Renamed("ü(", "ü>", Map.of())));
        assertThat(SchemaNote.of(List.of(Change.sql("DROP TABLE x", List.of()), note.command())))
                .isEqualTo(note);
    }

    @Test
    void isEmptyWhereThereIsNone() {
        assertThat(SchemaNote.of(List.of(Change.sql("DROP TABLE x", List.of()))).isEmpty())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRAGMA ha_schema_change('",
                "PRAGMA ha_schema_change('\"t')",
                "PRAGMA ha_schema_change('\"t\">\"u\"')",
                "PRAGMA ha_schema_change('\"t\">(\"a\"')",
                "PRAGMA ha_schema_change('x')",
                "PRAGMA ha_schema_change(')"
            })
    void isNotReadFromWhatIsMalformed(String command) {
        assertThat(SchemaNote.read(Change.sql(command, List.of()))).isNull();
    }
}
