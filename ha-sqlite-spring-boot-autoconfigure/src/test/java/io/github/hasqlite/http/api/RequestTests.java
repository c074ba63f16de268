package io.github.hasqlite.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hasqlite.core.gateway.ReadLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What else a request may say: its parameters, its length, and who sends it. */
class RequestTests {

    private static final Set<String> KNOWN = Set.of("level", "position", "timeout", "integers");
    private static final Duration MOST = Duration.ofSeconds(30);

    private static RequestOptions options(String query) throws ApiException {
        return RequestOptions.read(query, KNOWN);
    }

    private static int status(ThrowingCallable call) {
        int[] status = new int[1];
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(call)
                .satisfies(e -> status[0] = e.problem().status());
        return status[0];
    }

    // ---- parameters

    @Test
    void parametersAreRead() throws Exception {
        RequestOptions options = options("level=STRICT&position=abc.17&timeout=500ms&&integers=text");
        assertThat(options.level()).isEqualTo(ReadLevel.STRICT);
        assertThat(options.position("abc")).isEqualTo(17);
        assertThat(options.timeout(MOST)).isEqualTo(Duration.ofMillis(500));
        assertThat(options.isOther("integers", "number", "text")).isTrue();
        RequestOptions none = options(null);
        assertThat(none.level()).isEqualTo(ReadLevel.LOCAL);
        assertThat(none.position("abc")).isZero();
        assertThat(none.timeout(MOST)).isEqualTo(MOST);
        assertThat(options("timeout=PT1H").timeout(MOST)).isEqualTo(MOST);
        assertThat(options("position=17").position("")).isEqualTo(17);
        assertThat(options("timeout=%31s").timeout(MOST)).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"levl=local", "level=a&level=b", "%zz=1", "=", "level=%"})
    void unknownOnesAreRefused(String query) {
        assertThat(status(() -> options(query))).isEqualTo(400);
    }

    @Test
    void wrongValuesAreRefused() {
        assertThat(status(() -> options("level=").level())).isEqualTo(400);
        for (String bad : List.of("-1", "x", "a.b", "1234567890123456789", "")) {
            assertThat(status(() -> options("position=" + bad).position("abc"))).isEqualTo(400);
        }
        for (String bad : List.of("0s", "PT0S", "-1s", "5", "PT-5S", "1d")) {
            assertThat(status(() -> options("timeout=" + bad).timeout(MOST))).isEqualTo(400);
        }
        assertThat(status(() -> options("integers=1").isOther("integers", "number", "text")))
                .isEqualTo(400);
        assertThat(status(() -> options("position=other.1").position("abc"))).isEqualTo(409);
    }

    // ---- bodies

    /** Sends pieces of a length, and what happens then. */
    private static InputStream pieces(int pieces, int length, IOException then) {
        return new InputStream() {
            private int left = pieces;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
                if (left-- == 0) {
                    throw then;
                }
                return Math.min(length, count);
            }
        };
    }

    private static byte[] read(RecordedExchange exchange, int max) throws ApiException, IOException {
        return RequestBody.read(exchange, max, MOST);
    }

    @Test
    void aBodyIsReadUpToItsLimit() throws Exception {
        String text = "x".repeat(100_000);
        assertThat(read(new RecordedExchange("POST", "/").body(text), 100_000)).hasSize(100_000);
        assertThat(read(new RecordedExchange("POST", "/").body(text).with("Content-Length", "100000"), 100_000))
                .hasSize(100_000);
        assertThat(status(() -> read(new RecordedExchange("POST", "/").body(text), 99_999)))
                .isEqualTo(413);
        RecordedExchange announced = new RecordedExchange("POST", "/").with("Content-Length", "99999999999999");
        announced.body = pieces(0, 0, new IOException("is not read"));
        assertThat(status(() -> read(announced, 100_000))).isEqualTo(413);
        RecordedExchange endless = new RecordedExchange("POST", "/");
        endless.body = pieces(Integer.MAX_VALUE, 8_192, new IOException());
        assertThat(status(() -> read(endless, 1 << 20))).isEqualTo(413);
    }

    @Test
    void aClientThatIsSlowIsToldAndOneThatIsGoneIsNot() {
        RecordedExchange silent = new RecordedExchange("POST", "/");
        silent.body = pieces(1, 1, new IOException("gone", new SocketTimeoutException()));
        assertThat(status(() -> read(silent, 10))).isEqualTo(408);
        RecordedExchange dripping = new RecordedExchange("POST", "/");
        dripping.body = pieces(Integer.MAX_VALUE, 1, new IOException());
        assertThat(status(() -> RequestBody.read(dripping, 1 << 30, Duration.ofMillis(20))))
                .isEqualTo(408);
        RecordedExchange gone = new RecordedExchange("POST", "/");
        gone.body = pieces(1, 1, new IOException("gone"));
        assertThatThrownBy(() -> read(gone, 10)).isInstanceOf(IOException.class).hasMessage("gone");
    }

    // ---- who sends it

    private static RecordedExchange local(String... headers) {
        RecordedExchange exchange = new RecordedExchange("POST", "/query").with("Host", "localhost:8080");
        for (int i = 0; i < headers.length; i += 2) {
            exchange.with(headers[i], headers[i + 1]);
        }
        return exchange;
    }

    @Test
    void onlyWhoKnowsTheTokenIsLetIn() throws Exception {
        ApiAccess access = new ApiAccess.OfToken("0123456789abcdef");
        assertThat(access.toString()).doesNotContain("0123");
        access.check(local("Authorization", "Bearer 0123456789abcdef"));
        access.check(local("Authorization", "bearer  0123456789abcdef ", "Origin", "https://elsewhere.example"));
        assertThat(status(() -> access.check(local()))).isEqualTo(401);
        for (String wrong :
                List.of("", "Bearer", "Bearer ", "Bearer 0123456789abcdeF", "Bearer 0123456789abcdef0", "Basic abc")) {
            assertThat(status(() -> access.check(local("Authorization", wrong))))
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, , , 200",
        "LOCALHOST, , , 200",
        "127.0.0.1:1, , , 200",
        "127.8.9.1, , , 200",
        "'[::1]:8080', , , 200",
        "localhost:8080, http://localhost:8080, same-origin, 200",
        "localhost:8080, , none, 200",
        "localhost, http://localhost, , 200",
        "localhost:8080, http://localhost:8080, , 200",
        ", , , 403",
        "evil.example, , , 403",
        "localhost.evil.example:8080, , , 403",
        "127.0.0.1.evil.example, , , 403",
        "localhost@evil.example, , , 403",
        "localhost:8080, http://evil.example, , 403",
        "localhost:8080, http://localhost:9090, , 403",
        "localhost:8080, null, , 403",
        "localhost:8080, , cross-site, 403",
        "localhost:8080, , same-site, 403",
        "localhost:8080, http://localhost:8080, cross-site, 403",
    })
    void withoutATokenBrowsersGetInFromTheirOwnPageAlone(String host, String origin, String site, int expected)
            throws Exception {
        RecordedExchange exchange = new RecordedExchange("POST", "/query");
        if (host != null) {
            exchange.with("Host", host);
        }
        if (origin != null) {
            exchange.with("Origin", origin);
        }
        if (site != null) {
            exchange.with("Sec-Fetch-Site", site);
        }
        ApiAccess access = new ApiAccess.OfThisMachine();
        if (expected == 200) {
            access.check(exchange);
        } else {
            assertThat(status(() -> access.check(exchange))).isEqualTo(expected);
        }
    }

    @Test
    void withoutATokenNobodyElseGetsInNotEvenThroughAProxy() {
        ApiAccess access = new ApiAccess.OfThisMachine();
        RecordedExchange remote = local();
        remote.local = false;
        assertThat(status(() -> access.check(remote))).isEqualTo(403);
        assertThat(status(() -> access.check(local("X-Forwarded-For", "10.0.0.1"))))
                .isEqualTo(403);
        assertThat(status(() -> access.check(local("Forwarded", "for=10.0.0.1"))))
                .isEqualTo(403);
    }

    @Test
    void theApplicationHasToKnowWhoItIs() throws Exception {
        ApiAccess access = new ApiAccess.OfApplication();
        assertThat(status(() -> access.check(local()))).isEqualTo(401);
        RecordedExchange known = local();
        known.authenticated = true;
        access.check(known);
        known.with("Sec-Fetch-Site", "cross-site");
        assertThat(status(() -> access.check(known))).isEqualTo(403);
    }

    // ---- answers

    @Test
    void whatFailsEarlyIsNotSentAndWhatIsShortHasALength() throws Exception {
        RecordedExchange exchange = new RecordedExchange("POST", "/");
        AnswerStream answer = new AnswerStream(exchange, 10, AnswerStream.Beyond.SEND, () -> {});
        answer.write(new byte[10]);
        assertThat(answer.isSent()).isFalse();
        assertThat(exchange.answer.size()).isZero();
        answer.complete();
        assertThat(exchange.answered).containsEntry("Content-Length", "10");
        assertThat(exchange.answer.size()).isEqualTo(10);
        RecordedExchange longer = new RecordedExchange("POST", "/");
        AnswerStream streamed = new AnswerStream(longer, 10, AnswerStream.Beyond.SEND, () -> {});
        streamed.write(new byte[6]);
        streamed.write(new byte[6]);
        assertThat(streamed.isSent()).isTrue();
        streamed.complete();
        assertThat(longer.answered).doesNotContainKey("Content-Length");
        assertThat(longer.answer.size()).isEqualTo(12);
        AnswerStream limited = new AnswerStream(longer, 10, AnswerStream.Beyond.REFUSE, () -> {});
        limited.write(new byte[10]);
        assertThatThrownBy(() -> limited.write(0)).isInstanceOf(AnswerStream.TooLongException.class);
    }
}
