package io.github.hasqlite.core.changeset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages about the stream itself. */
class IdMessageTests {

    @Test
    void messagesAreWhatTheySay() {
        byte[] baseline = new BaselineMessage("a1").bytes();
        byte[] verification = new VerificationMessage("Zz9").bytes();
        assertThat(new String(baseline, StandardCharsets.US_ASCII)).isEqualTo("{\"baseline\":\"a1\",\"changes\":[]}");
        assertThat(BaselineMessage.of(baseline).id()).isEqualTo("a1");
        assertThat(BaselineMessage.is(verification)).isFalse();
        assertThat(VerificationMessage.of(verification)).isEqualTo(new VerificationMessage("Zz9"));
        assertThat(VerificationMessage.of(baseline)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"verification\":\"",
                "{\"verification\":\"\",\"changes\":[]}",
                "{\"verification\":\"a b\",\"changes\":[]}",
                "{\"verification\":\"a\",\"changes\":[]} ",
                "{\"verification\":\"a\",\"changes\":[1]}",
                "{\"verification\":\"a\",\"x\":1,\"changes\":[]}",
                "{\"verification\":\"a\\u0041\",\"changes\":[]}"
            })
    void whatLooksLikeOneIsNone(String message) {
        assertThat(VerificationMessage.of(message.getBytes(StandardCharsets.US_ASCII)))
                .isNull();
    }

    @Test
    void idsAreShortAndOfLettersAndDigits() {
        String longest = "a".repeat(64);
        assertThat(VerificationMessage.of(new VerificationMessage(longest).bytes()))
                .isEqualTo(new VerificationMessage(longest));
        for (String id : new String[] {"", "a".repeat(65), "a-b", "\u00e4", "a\""}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new VerificationMessage(id));
            assertThatIllegalArgumentException().isThrownBy(() -> new BaselineMessage(id));
        }
    }
}
