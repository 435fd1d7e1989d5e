import type { Fault } from '../../fault.js';
import { hotFunction } from '../code/hot-function.js';

export const profilerDenied: Fault = {
  ...hotFunction,
  name: 'profiler-denied',
  kind: 'control',
  title: 'the quote is slow in the service, whose signal for the inspector serves log rotation',
  shop: { ...hotFunction.shop, logs: { reopenOnSignal: true } },
  truth: { cause: null, outcomes: ['inconclusive'] },
};
