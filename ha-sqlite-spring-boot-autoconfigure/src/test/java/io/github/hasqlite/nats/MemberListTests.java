package io.github.hasqlite.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.CommitMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is a member, by one clock that the test moves. */
class MemberListTests {

    private final MemberList members = new MemberList();

    @BeforeEach
    void begin() {
        members.begin("me");
        members.connected(seconds(0));
    }

    /** The clock may be anywhere, also just before it becomes negative. */
    private static long seconds(long since) {
        return Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(12) + TimeUnit.SECONDS.toNanos(since);
    }

    private static MemberMessage message(String name, String id, long beat, boolean left) {
        return new MemberMessage(member(name, id), beat, Duration.ofSeconds(10), left);
    }

    private static ClusterMember member(String name, String id) {
        return new ClusterMember(
                name,
                id,
                Instant.ofEpochMilli(1_000),
                "http://x:1/?a=b&c",
                CommitMode.STRICT,
                true,
                "1.0",
                7,
                3,
                null,
                Duration.ZERO);
    }

    private void heard(String name, String id, long beat, long second) {
        members.heard(message(name, id, beat, false), seconds(second));
    }

    private String live(long second) {
        StringBuilder ids = new StringBuilder();
        members.live(seconds(second)).forEach(member -> ids.append(member.id()).append(' '));
        return ids.toString().trim();
    }

    @Test
    void whatTravelsComesBack() {
        MemberMessage sent = message("nöde & co = 1", "a", 4, false);
        assertThat(MemberMessage.read(sent.bytes())).isEqualTo(sent);
        assertThat(MemberMessage.read("nonsense".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(MemberMessage.read("name=%".getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(MemberMessage.read(new byte[0])).isNull();
        assertThat(MemberMessage.read(null)).isNull();
    }

    @Test
    void oneThatIsSilentForItsAgeIsGone() {
        heard("n1", "a", 0, 1);
        heard("n2", "b", 0, 5);
        assertThat(live(5)).isEqualTo("a b");
        assertThat(members.live(seconds(5)).get(0).silence()).isEqualTo(Duration.ofSeconds(4));
        assertThat(live(11)).isEqualTo("a b");
        assertThat(live(12)).isEqualTo("b");
        assertThat(live(16)).isEmpty();
        heard("n1", "a", 9, 17);
        assertThat(live(17)).isEqualTo("a");
    }

    @Test
    void whatWasHeardBeforeGivesNoNewLife() {
        heard("n1", "a", 5, 1);
        heard("n1", "a", 5, 9);
        heard("n1", "a", 4, 10);
        assertThat(live(12)).isEmpty();
    }

    @Test
    void nobodyIsGoneWhileNothingCanBeHeard() {
        heard("n1", "a", 0, 1);
        members.disconnected();
        assertThat(live(100)).isEqualTo("a");
        assertThat(members.live(seconds(100)).get(0).silence()).isEqualTo(Duration.ofSeconds(99));
        members.connected(seconds(100));
        assertThat(live(110)).isEqualTo("a");
        assertThat(live(111)).isEmpty();
    }

    @Test
    void whoSaysFarewellIsGoneAtOnceAndWhatComesLateDoesNotBringItBack() {
        heard("n1", "a", 0, 1);
        members.heard(message("n1", "a", Long.MAX_VALUE, true), seconds(2));
        assertThat(live(2)).isEmpty();
        heard("n1", "a", 1, 3);
        assertThat(live(3)).isEmpty();
        heard("n1", "c", 0, 3);
        assertThat(live(3)).isEqualTo("c");
    }

    @Test
    void aNodeThatWasStartedAgainIsThereOnceAndTwoOfOneNameTwice() {
        heard("n1", "a", 0, 1);
        heard("n1", "b", 0, 2);
        assertThat(live(2)).isEqualTo("b");
        heard("n1", "a", 1, 3);
        assertThat(live(3)).isEqualTo("a b");
    }

    @Test
    void thisNodeItselfIsNotAmongTheOthers() {
        heard("n1", "me", 0, 1);
        assertThat(live(1)).isEmpty();
    }
}
