package io.github.hasqlite.postgres.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The example of RFC 7677, section 3, and what is not to pass. */
class ScramExchangeTests {

    private static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    private static final String LAST =
            "c=biws,r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    private static ScramExchange exchange(String password) {
        byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
        return new ScramExchange(ScramVerifier.of(password, salt), NONCE);
    }

    @Test
    void answersAsTheExampleOfTheStandard() throws ProtocolViolation {
        ScramExchange exchange = exchange("pencil");
        assertThat(exchange.first(FIRST))
                .isEqualTo("r=rOprNGfwEbeRWgbNEkqO" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        assertThat(exchange.last(LAST)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }

    @Test
    void anotherPasswordDoesNotPass() throws ProtocolViolation {
        ScramExchange exchange = exchange("pencils");
        exchange.first(FIRST);
        assertThat(exchange.last(LAST)).isNull();
    }

    @Test
    void messagesOfAnotherExchangeAndBrokenOnesAreViolations() throws ProtocolViolation {
        for (String first : new String[] {"", "n", "n,,", "p=tls-unique,,n=u,r=x", "n,,n=u,r=", "n,,m=x,n=u,r=y"}) {
            assertThatExceptionOfType(ProtocolViolation.class)
                    .isThrownBy(() -> exchange("pencil").first(first));
        }
        ScramExchange exchange = exchange("pencil");
        exchange.first(FIRST);
        for (String last : new String[] {
            "", "c=biws", LAST.replace("biws", "eSws"), LAST.replace("%hv", "%hw"), LAST.replace("dHz", "*Hz")
        }) {
            assertThatExceptionOfType(ProtocolViolation.class).isThrownBy(() -> exchange.last(last));
        }
    }
}
