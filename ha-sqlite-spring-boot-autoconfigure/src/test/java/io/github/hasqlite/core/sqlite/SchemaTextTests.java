package io.github.hasqlite.core.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SchemaTextTests {

    @Test
    void anIndexIsTakenApart() {
        IndexText text =
                IndexText.parse("CREATE UNIQUE INDEX i ON \"t(\" (a, lower(b || ',') COLLATE nocase DESC -- last\n"
                        + ", [c)] ASC) /* WHERE */ WHERE d > ')' -- all");
        assertThat(text.terms()).containsExactly("a", "lower(b || ',') COLLATE nocase", "[c)]");
        assertThat(text.predicate()).isEqualTo(" d > ')' -- all\n");
    }

    @Test
    void aColumnCalledLikeAnOrderIsNoOrder() {
        IndexText text = IndexText.parse("CREATE INDEX i ON t(\"desc\", asc)");
        assertThat(text.terms()).containsExactly("\"desc\"", "asc");
        assertThat(text.predicate()).isNull();
    }

    @Test
    void aModuleIsFoundBehindTheNameOfTheTable() {
        ModuleText text = ModuleText.parse("CREATE VIRTUAL TABLE \"using fts4\" /* using fts3 */ using [FTS5](content,"
                + " 'locale=', \"Content\" = '', tokenize = 'porter')");
        assertThat(text.module()).isEqualTo("fts5");
        assertThat(text.options()).containsExactlyInAnyOrder("content", "tokenize");
        assertThat(ModuleText.parse("CREATE VIRTUAL TABLE using USING rtree(content, a, b)"))
                .isEqualTo(new ModuleText("rtree", Set.of()));
    }

    @Test
    void aTriggerFiresAfterOnlyIfItSaysSo() {
        assertThat(TriggerText.isAfter(
                        "CREATE TRIGGER \"before\" /* BEFORE */ AFTER UPDATE OF \"on\" ON t BEGIN" + " SELECT 1; END"))
                .isTrue();
        assertThat(TriggerText.isAfter("CREATE TRIGGER after BEFORE INSERT ON t BEGIN SELECT 1; END"))
                .isFalse();
        assertThat(TriggerText.isAfter("CREATE TRIGGER after INSERT ON t BEGIN SELECT 1; END"))
                .isFalse();
    }

    @Test
    void castsStandInThePlaceOfParametersAlone() throws Exception {
        BitSet second = new BitSet();
        second.set(2);
        assertThat(ValueStatement.withCasts("SELECT '?', ?, ?AND/*?*/\"?\", ?1", second))
                .isEqualTo("SELECT '?', ?1, (+CAST(?2 AS TEXT))AND/*?*/\"?\", ?1");
    }
}
