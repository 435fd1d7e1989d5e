/** The moments of an incident at which something is killed: from its acceptance to the proof of its fix. One that was too short to be seen is taken at the next look. */
import type { IncidentStatus } from '../../workflows/respond/messages.js';

export interface Moment {
  name: string;
  isNow: (status: IncidentStatus) => boolean;
  afterMs: number;
  /** What is asked of an incident that waits, and when that has come to its end. */
  asks: 'nothing' | 're-run' | 'remedy';
}

const has =
  (kind: string, stage: string) =>
  ({ timeline }: IncidentStatus): boolean =>
    timeline.some((event) => event.kind === kind && 'stage' in event && event.stage.startsWith(stage));

const rest = { afterMs: 0, asks: 'nothing' } as const;

export const moments: readonly Moment[] = [
  { ...rest, name: 'accepted', isNow: () => true },
  { ...rest, name: 'load ordered', isNow: has('stage-started', 'confirm') },
  { ...rest, name: 'load begins', isNow: has('stage-started', 'profile') },
  { ...rest, name: 'in the middle of the load', isNow: has('stage-started', 'profile'), afterMs: 4_000 },
  { ...rest, name: 'at the end of the captures', isNow: has('stage-started', 'profile'), afterMs: 8_500 },
  { ...rest, name: 'load ended', isNow: has('stage-ended', 'confirm') },
  { ...rest, name: 'localizing', isNow: has('stage-started', 'localize') },
  { ...rest, name: 'waiting', isNow: ({ phase }) => phase === 'waiting', afterMs: 500 },
  { name: 'the index is being built', isNow: has('stage-started', 'apply remedy'), afterMs: 1_000, asks: 'remedy' },
  { name: 're-run', isNow: has('stage-started', 'verify'), afterMs: 3_000, asks: 're-run' },
];

/** The answer stands: nothing that was asked for is under way any more. */
export function isAnswered({ asks }: Moment, { phase, confirmations, timeline }: IncidentStatus): boolean {
  if (phase !== 'waiting') return false;
  if (asks === 'nothing') return confirmations.length > 0;
  return confirmations.length > 1 || (asks === 'remedy' && timeline.some((event) => event.kind === 'remedy-applied' && !event.applied));
}
