import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

/** An environment that does not tell of failures on its own: the test judges them. One a call, because a cancellation stays. */
export function quietEnvironment(info: { attempt?: number } = {}): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Runs a call of an activity as the SDK would, with heartbeats and cancellation. */
export function inActivity<T>(call: () => Promise<T>, environment = quietEnvironment()): Promise<T> {
  return environment.run<[], T, () => Promise<T>>(call);
}
