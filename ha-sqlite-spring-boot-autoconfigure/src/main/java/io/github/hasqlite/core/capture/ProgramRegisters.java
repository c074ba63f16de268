package io.github.hasqlite.core.capture;

import io.github.hasqlite.core.capture.StatementDeterminism.NewKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the registers of a compiled program hold when it gives a row its number, as far as its instructions
 * tell one after the other: a number, NULL, or what is not known. Not thread-safe.
 */
final class ProgramRegisters {

    private final Map<Integer, NewKey> registers = new HashMap<>();
    /** The same of records, and of the columns of ephemeral tables. */
    private final Map<Integer, List<NewKey>> records = new HashMap<>();

    private final Map<Integer, List<NewKey>> ephemeral = new HashMap<>();

    /** Another program begins. */
    void clear() {
        registers.clear();
        records.clear();
        ephemeral.clear();
    }

    /** What a register holds. */
    NewKey at(int register) {
        return registers.getOrDefault(register, NewKey.EITHER);
    }

    /**
     * Follows an instruction.
     *
     * @param written whether {@code p1} is a cursor on a table that is written
     */
    void follow(String opcode, int p1, int p2, int p3, boolean written) {
        switch (opcode) {
            case "Null" -> {
                for (int register = p2; register <= Math.max(p2, p3); register++) {
                    merge(register, NewKey.CHOSEN);
                }
            }
            case "Integer", "Int64", "Rowid" -> merge(p2, NewKey.GIVEN);
            case "Variable", "Param" -> registers.put(p2, NewKey.EITHER);
            case "VColumn", "Function", "PureFunc" -> registers.put(p3, NewKey.EITHER);
            case "Column" -> {
                List<NewKey> columns = ephemeral.getOrDefault(p1, List.of());
                registers.put(p3, p2 < columns.size() ? columns.get(p2) : NewKey.EITHER);
            }
            case "MakeRecord" -> {
                List<NewKey> values = new ArrayList<>(p2);
                for (int register = p1; register < p1 + p2; register++) {
                    values.add(at(register));
                }
                records.put(p3, values);
            }
            case "Insert" -> {
                List<NewKey> values = records.get(p2);
                if (!written && values != null) {
                    ephemeral.merge(p1, values, ProgramRegisters::common);
                }
            }
            case "Copy", "SCopy", "IntCopy" -> registers.put(p2, at(p1));
            default -> {}
        }
    }

    private void merge(int register, NewKey value) {
        registers.merge(register, value, (old, now) -> old == now ? old : NewKey.EITHER);
    }

    private static List<NewKey> common(List<NewKey> some, List<NewKey> others) {
        return some.equals(others) ? some : List.of();
    }
}
