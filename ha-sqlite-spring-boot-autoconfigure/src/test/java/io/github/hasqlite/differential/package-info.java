/**
 * The differential test: seeded random scripts run statement by statement on a replicated node and on
 * plain sqlite-jdbc, and must not be told apart; a second node, which sees only the stream, must end
 * with the same content. {@link io.github.hasqlite.differential.DifferentialMain} runs single seeds.
 */
package io.github.hasqlite.differential;
