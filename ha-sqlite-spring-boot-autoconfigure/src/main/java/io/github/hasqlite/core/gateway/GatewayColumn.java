package io.github.hasqlite.core.gateway;

/**
 * A column of an answer.
 *
 * @param name as SQLite names it
 * @param declaredType the type in the definition of the table's column, as it is written there; empty for an expression
 *     and for a column without type
 * @param table the table that it comes from; empty for an expression
 */
public record GatewayColumn(String name, String declaredType, String table) {}
