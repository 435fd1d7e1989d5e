import { numberAfter } from './detail-line.js';
import type { RawRecord } from './node-title.js';

/** What is said below the last node of the whole statement: times, triggers, compilation, sending of the result. Old versions say it in other words. */
export function readFooter(line: string, document: RawRecord): void {
  const time = /^\s*(Planning|Execution|Total)\s(?:time|runtime):\s*(\d+\.?\d*)/i.exec(line);
  // The server says it once, right below its plan: what stands further down in the same words, people wrote themselves.
  if (time !== null) document[time[1]?.toLowerCase() === 'planning' ? 'Planning Time' : 'Execution Time'] ??= Number(time[2]);
  else if (readPart(line, document)) return;
  else if (/^\s*Trigger .*:/.test(line)) readTrigger(line, document);
  else if (/^\s*Serialization:/.test(line)) document['Serialization'] = { Time: numberAfter(line, 'time') ?? 0 };
  else readJit(line, document);
}

const partUnits: Partial<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };

/** Database Lab's `Time: 1.3 s`, and below it `- planning: 2.905 ms`, `- execution: 1.297 s`. */
function readPart(line: string, document: RawRecord): boolean {
  const [, part, value, unit = ''] = /^\s*- (planning|execution): (\d+(?:\.\d+)?) (ms|s|min)\b/.exec(line) ?? [];
  const unitMs = partUnits[unit];
  if (unitMs === undefined) return false;
  document[part === 'planning' ? 'Planning Time' : 'Execution Time'] ??= Number(value) * unitMs;
  return true;
}

/** `Trigger tr on t: time=1.5 calls=10`, `Trigger for constraint fk: time=… calls=…`. */
function readTrigger(line: string, document: RawRecord): void {
  const end = /: (?:time=(\d+(?:\.\d*)?) )?calls=\d/.exec(line);
  const [, what = ''] = /^\s*Trigger (?:for constraint )?(.+)/s.exec(line.slice(0, end?.index)) ?? [];
  if (end === null || what === '') return;
  const [name] = what.split(/ for constraint | on /, 1);
  const trigger = { 'Trigger Name': name, ...(end[1] === undefined ? {} : { Time: Number(end[1]) }) };
  const known = document['Triggers'];
  if (Array.isArray(known)) known.push(trigger);
  else document['Triggers'] = [trigger];
}

/** `Timing: Generation 2.0 ms, …, Total 7.0 ms`, or before version 12 a line for each part. */
function readJit(line: string, document: RawRecord): void {
  const timing = /^\s*Timing: .*Total/.test(line) ? numberAfter(line, 'Total') : null;
  const part = /^\s*(?:Generation|Inlining|Optimization|Emission) Time: (\d+(?:\.\d*)?) ms/.exec(line);
  if (timing !== null) document['JIT'] = { Timing: { Total: timing } };
  else if (part !== null) {
    const before = document['JIT Parts'];
    const sum = (typeof before === 'number' ? before : 0) + Number(part[1]);
    Object.assign(document, { 'JIT Parts': sum, JIT: { Timing: { Total: sum } } });
  }
}
