import { UnreadableInputError } from '../../../model/errors.js';
import type { ProfileKind } from '../../../model/profile.js';
import type { ReadOptions } from '../format.js';
import type { PprofMessage } from './pprof-message.js';

export interface ValueType {
  type: string;
  unit: string;
}

export interface ValueChoice extends ValueType {
  index: number;
  kind: ProfileKind;
  /** Which value counts samples; null when none does. */
  countIndex: number | null;
  /** Weight of one sample, where no value counts them and the sampling period tells. */
  weightPerSample: number | null;
}

/** Sums of each value over the records: what is above zero, what below, and how many records are. */
export interface ValueSums {
  positive: number;
  negatives: number;
}

export function textOf(message: PprofMessage, index: number): string {
  return message.strings[index] ?? '';
}

export function valueTypes(message: PprofMessage): ValueType[] {
  return message.sampleTypes.map(({ type, unit }) => ({ type: textOf(message, type), unit: textOf(message, unit) }));
}

/**
 * Which value is ranked: the asked one; else CPU time, else CPU samples, else the file's default, else the last. A value that sums to 0
 * says nothing (some writers put an empty one first), so the next that does not takes its place.
 */
export function chooseValue(message: PprofMessage, sums: readonly ValueSums[], options: ReadOptions): ValueChoice {
  const values = valueTypes(message);
  const { valueType, kind } = options;
  const listed = values.map((value) => `${value.type}/${value.unit}`).join(', ');
  const filled = values.map((value, index) => ({ ...value, index })).filter((value) => (sums[value.index]?.positive ?? 0) > 0);
  const defaultType = textOf(message, message.defaultType);
  const find = (test: (value: ValueType) => boolean): (ValueType & { index: number }) | undefined => filled.find(test);
  const chosen =
    valueType !== undefined
      ? find((value) => value.type === valueType || `${value.type}/${value.unit}` === valueType)
      : ((kind === undefined ? undefined : find((value) => kindOf(value) === kind)) ??
        find((value) => value.type === 'cpu') ??
        find((value) => isSamples(value) && isTimer(message)) ??
        find((value) => value.type === defaultType) ??
        filled.at(-1));
  if (chosen === undefined) {
    throw new UnreadableInputError(
      `pprof: expected values of type ${valueType ?? 'any'} that are not all zero, the file has ${listed}. Choose one with --value-type or capture under load.`,
    );
  }
  const countType = values.findIndex(isSamples);
  const countIndex = chosen.unit === 'count' && kindOf(chosen) !== 'alloc' ? chosen.index : countType === -1 ? null : countType;
  return {
    ...chosen,
    kind: kindOf(chosen, isTimer(message)),
    countIndex,
    weightPerSample: countIndex === null ? periodOf(message, chosen) : null,
  };
}

/** Go and most others write `samples`, Node's SDKs `sample`. */
function isSamples({ type, unit }: ValueType): boolean {
  return (type === 'samples' || type === 'sample') && unit === 'count';
}

/** The sampling period, when it is of the value's own type and unit: bytes between two samples of a heap say nothing of their number. */
function periodOf(message: PprofMessage, { type, unit }: ValueType): number | null {
  const { periodType, period } = message;
  if (periodType === null || period <= 0 || unit === 'bytes' || unit === 'count') return null;
  return textOf(message, periodType.type) === type && textOf(message, periodType.unit) === unit ? period : null;
}

function isTimer(message: PprofMessage): boolean {
  const period = message.periodType === null ? '' : textOf(message, message.periodType.type);
  return period === 'cpu' || period === 'cycles';
}

function kindOf(value: ValueType, isCpuTimer = false): ProfileKind {
  const { type, unit } = value;
  // Austin's writer says `Wall time`, others `wall-time` or `cpu_time`.
  if (/^(?:cpu(?:[ _-]time)?|exec_time)$/i.test(type)) return 'cpu';
  if (/^(?:wall(?:[ _-]time)?|time|goroutines?)$/i.test(type)) return 'wall';
  if (/off[-_]?cpu/.test(type)) return 'off-cpu';
  if (/contention|delay|lock|mutex|block/.test(type)) return 'lock';
  if (/alloc|inuse|heap|live|space|objects/.test(type) || unit === 'bytes') return 'alloc';
  return isSamples(value) && isCpuTimer ? 'cpu' : 'unknown';
}
