import type { Profile as PprofMessage } from 'pprof-format';
import { UnreadableInputError } from '../../model/errors.js';
import type { ProfileKind } from '../../model/profile.js';
import type { ReadOptions } from './format.js';

export interface ValueType {
  type: string;
  unit: string;
}

export interface ValueChoice extends ValueType {
  index: number;
  kind: ProfileKind;
  /** Which value counts samples; null when none does. */
  countIndex: number | null;
}

export function valueTypes(message: PprofMessage): ValueType[] {
  const text = (index: number | bigint): string => message.stringTable.strings[Number(index)] ?? '';
  return message.sampleType.map((value) => ({ type: text(value.type), unit: text(value.unit) }));
}

/**
 * Which value is ranked: the asked one; else CPU time, else CPU samples, else the file's default, else the last. A value that sums to 0
 * says nothing (some writers put an empty one first), so the next that does not takes its place.
 */
export function chooseValue(
  message: PprofMessage,
  values: readonly ValueType[],
  sums: readonly number[],
  options: ReadOptions,
): ValueChoice {
  const { valueType, kind } = options;
  const listed = values.map((value) => `${value.type}/${value.unit}`).join(', ');
  const filled = values.map((value, index) => ({ ...value, index })).filter((value) => (sums[value.index] ?? 0) > 0);
  const defaultType = message.stringTable.strings[Number(message.defaultSampleType)] ?? '';
  const find = (test: (value: ValueType) => boolean): (ValueType & { index: number }) | undefined => filled.find(test);
  const chosen =
    valueType !== undefined
      ? find((value) => value.type === valueType || `${value.type}/${value.unit}` === valueType)
      : ((kind === undefined ? undefined : find((value) => kindOf(value) === kind)) ??
        find((value) => value.type === 'cpu') ??
        find((value) => value.type === 'samples' && isTimer(message)) ??
        find((value) => value.type === defaultType) ??
        filled.at(-1));
  if (chosen === undefined) {
    throw new UnreadableInputError(
      `pprof: expected values of type ${valueType ?? 'any'} that are not all zero, the file has ${listed}. Choose one with --value-type or capture under load.`,
    );
  }
  const countType = values.findIndex((value) => value.type === 'samples' && value.unit === 'count');
  const countIndex = chosen.unit === 'count' && kindOf(chosen) !== 'alloc' ? chosen.index : countType === -1 ? null : countType;
  return { ...chosen, kind: kindOf(chosen, isTimer(message)), countIndex };
}

function isTimer(message: PprofMessage): boolean {
  const period = message.periodType === undefined ? '' : (message.stringTable.strings[Number(message.periodType.type)] ?? '');
  return period === 'cpu' || period === 'cycles';
}

function kindOf(value: ValueType, isCpuTimer = false): ProfileKind {
  const { type, unit } = value;
  if (type === 'cpu' || type === 'exec_time' || type === 'cpu-time') return 'cpu';
  if (type === 'wall' || type === 'time' || type === 'goroutine' || type === 'goroutines' || type === 'wall-time') return 'wall';
  if (/off[-_]?cpu/.test(type)) return 'off-cpu';
  if (/contention|delay|lock|mutex|block/.test(type)) return 'lock';
  if (/alloc|inuse|heap|live|space|objects/.test(type) || unit === 'bytes') return 'alloc';
  return type === 'samples' && isCpuTimer ? 'cpu' : 'unknown';
}
