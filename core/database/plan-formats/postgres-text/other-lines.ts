/** `SubPlan 1`, `InitPlan 2 (returns $1)`, `InitPlan expr_1`, `CTE recent`: the plan that follows hangs below the node whose details stand in this column. */
const subplanHeader = /^(\s*)((?:InitPlan|SubPlan)(?: \S+)?(?: \(returns [^)]*\))?|CTE \S.*)$/;

export function readSubplanHeader(line: string): { column: number; name: string } | null {
  const match = subplanHeader.exec(line.trimEnd());
  return match === null || /\((?:cost=|actual )/.test(line) || /^\s*CTE Name:/.test(line)
    ? null
    : { column: match[1]?.length ?? 0, name: match[2] ?? '' };
}

export function isSubplanHeader(line: string): boolean {
  return readSubplanHeader(line) !== null;
}

const footer =
  /^\s*(?:(?:Planning|Execution) ?(?:time)?:|Total runtime:|JIT:|Trigger .*: |Triggers?:|Settings:|Query Identifier:|Serialization:|Time: [\d.]+ (?:ms|s|min)\b)/i;

/** What is said of the whole statement, below the last node. */
export function isFooter(line: string): boolean {
  return footer.test(line);
}
