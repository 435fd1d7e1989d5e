import { matchingRules, raisedBy, type SeverityFacts } from '../severity/assess-severity.js';
import type { CommandState } from './command-state.js';
import { setSeverity, type SeverityChange } from './commands.js';

/**
 * What measured facts make of the severity: a worse one raises it by itself. A severity that nobody rated takes the reason of the rule that says
 * the same. Null: it stays. It is never lowered here, since that is a person's decision.
 */
export function rate(state: CommandState, facts: SeverityFacts, measuredAtMs: number, nowMs: number): SeverityChange | null {
  const held = { severity: state.severity, loweredAtMs: state.severityLoweredAtMs };
  const verdict = raisedBy(held, facts, measuredAtMs);
  if (verdict !== null) {
    const { severity, rule, reason, evidence } = verdict;
    return setSeverity(state, { severity, reason: { inline: reason.slice(0, 200) }, rule, evidence, by: null }, nowMs);
  }
  const [worst] = matchingRules(facts);
  if (state.severityReason.rule === 'not-rated' && worst?.severity === state.severity)
    state.severityReason = { rule: worst.rule, evidence: worst.evidence };
  return null;
}
