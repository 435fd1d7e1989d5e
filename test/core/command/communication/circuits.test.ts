import { describe, expect, it } from 'vitest';
import { createCircuits } from '../../../../adapters/notifiers/circuits.js';
import { circuitLimits } from '../../../../core/command/communication/circuit.js';
import { CircuitOpenError, ProgramFailedError } from '../../../../core/model/errors.js';

const failure = (exitCode: number | null, retryable = true): ProgramFailedError =>
  new ProgramFailedError({ program: 'pager', exitCode, message: 'down', retryable });

function channel(mayWait = false) {
  const clock = { ms: 1_000_000 };
  const through = createCircuits(() => clock.ms);
  let calls = 0;
  const send = (error: Error | null): Promise<unknown> =>
    through('people.alice.notify[0]', mayWait, () => {
      calls += 1;
      return error === null ? Promise.resolve('delivered') : Promise.reject(error);
    }).catch((thrown: unknown) => thrown);
  return { clock, send, calls: () => calls };
}

describe('the circuit of a channel', () => {
  it('opens with the failure that is one too many, says so, and tries no more', async () => {
    const { send, calls } = channel();
    for (let times = 1; times < circuitLimits.opensAfter; times += 1) expect(await send(failure(503))).not.toBeInstanceOf(CircuitOpenError);
    const opened = await send(failure(null));
    expect(opened).toBeInstanceOf(CircuitOpenError);
    expect(opened).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/notify\[0\] failed 5 times in a row .* until \d\d:/) as string,
    });
    expect(await send(null)).toBeInstanceOf(CircuitOpenError);
    expect(calls()).toBe(circuitLimits.opensAfter);
  });

  it('lets one message through after the pause: it closes the circuit, or opens it again', async () => {
    const { clock, send, calls } = channel();
    for (let times = 0; times < circuitLimits.opensAfter; times += 1) await send(failure(500));
    clock.ms += circuitLimits.probeAfterMs;
    const [probe, other] = await Promise.all([send(failure(500)), send(null)]);
    expect([probe, other].every((answer) => answer instanceof CircuitOpenError)).toBe(true);
    expect(calls()).toBe(circuitLimits.opensAfter + 1);
    clock.ms += circuitLimits.probeAfterMs - 1;
    expect(await send(null)).toBeInstanceOf(CircuitOpenError);
    clock.ms += 1;
    expect(await send(null)).toBe('delivered');
    expect(await send(failure(500))).not.toBeInstanceOf(CircuitOpenError);
  });

  it.each([
    ['asks for a pause', failure(429)],
    ['refuses', failure(404, false)],
  ])('stays closed for a channel that %s', async (_, answer) => {
    const { send } = channel();
    for (let times = 0; times < 3 * circuitLimits.opensAfter; times += 1) expect(await send(answer)).toBe(answer);
  });

  it('counts only failures without an answer between', async () => {
    const { send } = channel();
    for (let times = 0; times < 3 * circuitLimits.opensAfter; times += 1) {
      await send(failure(500));
      if (times % 3 === 2) expect(await send(null)).toBe('delivered');
    }
  });

  it('lets who has no other channel wait for the probe', async () => {
    const { clock, send } = channel(true);
    for (let times = 0; times < circuitLimits.opensAfter; times += 1) await send(failure(500));
    clock.ms += 20_000;
    expect(await send(null)).toMatchObject({ retryable: true, retryAfterMs: 40_000 });
  });
});
