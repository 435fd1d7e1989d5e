import { admission, afterFailure, closedCircuit, probeAt, type Circuit } from '../../core/command/communication/circuit.js';
import { CircuitOpenError, ProgramFailedError } from '../../core/model/errors.js';

/** It asks for a pause, so it lives. */
const asksForPause: readonly (number | null)[] = [420, 429];

/** A dead channel: no answer, or one of its own failure. A refusal is an answer. */
function isDead(error: unknown): boolean {
  return error instanceof ProgramFailedError && error.retryable && !asksForPause.includes(error.exitCode);
}

/**
 * One circuit a channel, for as long as the worker lives. `name` is the channel's place in the catalog. Throws CircuitOpenError instead of trying a
 * channel that is left alone, and in place of the failure that opened it; `mayWait` says whether whoever sends has no other channel to try.
 */
export function createCircuits(now: () => number = Date.now) {
  const circuits = new Map<string, Circuit>();
  const refusal = (name: string, circuit: Circuit, mayWait: boolean, cause?: unknown): CircuitOpenError => {
    const at = probeAt(circuit, now());
    const message = `${name} failed ${circuit.failures} times in a row and is left alone until ${new Date(at).toISOString().slice(11, 19)} UTC; check its address and the receiver`;
    return new CircuitOpenError(
      { program: name, exitCode: null, message, retryable: mayWait, retryAfterMs: mayWait ? at - now() : null },
      { cause },
    );
  };
  return async <T>(name: string, mayWait: boolean, work: () => Promise<T>): Promise<T> => {
    const before = circuits.get(name) ?? closedCircuit;
    const way = admission(before, now());
    if (way === 'open') throw refusal(name, before, mayWait);
    if (way === 'probe') circuits.set(name, { ...before, isProbing: true });
    try {
      const answer = await work();
      circuits.delete(name);
      return answer;
    } catch (error) {
      if (!isDead(error)) {
        circuits.delete(name);
        throw error;
      }
      const after = afterFailure(circuits.get(name) ?? closedCircuit, now());
      circuits.set(name, after);
      throw after.openSinceMs === null ? error : refusal(name, after, mayWait, error);
    }
  };
}
