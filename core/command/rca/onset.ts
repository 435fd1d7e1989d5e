/** When the symptom began, as measured where something measured it. */
import { changePoint, type Sample } from './change-point.js';

export interface Series {
  service: string;
  /** `errors`, `p95` or `traffic`, as the catalog names its expressions. */
  signal: string;
  samples: readonly Sample[];
}

export interface Onset {
  at: string;
  uncertaintyS: number;
  /** What it rests on, with its figures. */
  from: string;
}

/** More errors and more time are worse. Traffic is no symptom by itself: it can be the trigger, and a drop can be the effect. */
const worse: Readonly<Record<string, 'up' | 'down'>> = { errors: 'up', p95: 'up' };

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The earliest worsening of the signals that users feel; else what was declared; null where neither is known. The time of the alert is no onset. */
export function findOnset({ onset: declared }: { onset: Omit<Onset, 'from'> | null }, series: readonly Series[]): Onset | null {
  const changes = series.flatMap(({ service, signal, samples }) => {
    const change = changePoint(samples);
    return change !== null && change.direction === worse[signal] ? [{ ...change, service, signal }] : [];
  });
  const first = changes.sort((a, b) => a.atMs - b.atMs)[0];
  if (first !== undefined) {
    const { atMs, uncertaintyMs, service, signal, before, after } = first;
    const from = `change point of ${signal} of ${service}: ${short(before)} → ${short(after)}`;
    return { at: new Date(atMs).toISOString(), uncertaintyS: Math.ceil(uncertaintyMs / 1000), from };
  }
  return declared === null ? null : { ...declared, from: 'the declaration' };
}
