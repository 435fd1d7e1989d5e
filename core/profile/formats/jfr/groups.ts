import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame, ProfileKind } from '../../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ReadOptions } from '../format.js';

/** What one recording can hold side by side; never added up. */
export type GroupId =
  'cpu-time' | 'execution' | 'wall-clock' | 'thread-samples' | 'allocation-samples' | 'tlab' | 'lock' | 'waits' | 'live-objects' | 'malloc';

interface Group {
  kind: ProfileKind;
  unit: string;
  /** One event is one sample (or tells how many it stands for). */
  isCounted: boolean;
  what: string;
}

/** In the order of preference: of two groups of one kind the first that has events is ranked. */
const groups: Readonly<Record<GroupId, Group>> = {
  'cpu-time': { kind: 'cpu', unit: 'samples', isCounted: true, what: 'jdk.CPUTimeSample' },
  execution: { kind: 'cpu', unit: 'samples', isCounted: true, what: 'jdk.ExecutionSample of running threads' },
  'wall-clock': { kind: 'wall', unit: 'samples', isCounted: true, what: 'profiler.WallClockSample' },
  'thread-samples': {
    kind: 'wall',
    unit: 'samples',
    isCounted: true,
    what: 'jdk.ExecutionSample and jdk.NativeMethodSample of all threads',
  },
  'allocation-samples': { kind: 'alloc', unit: 'bytes', isCounted: false, what: 'jdk.ObjectAllocationSample' },
  tlab: { kind: 'alloc', unit: 'bytes', isCounted: false, what: 'jdk.ObjectAllocationInNewTLAB and OutsideTLAB' },
  lock: { kind: 'lock', unit: 'nanoseconds', isCounted: false, what: 'jdk.JavaMonitorEnter and jdk.ThreadPark of locks' },
  waits: {
    kind: 'off-cpu',
    unit: 'nanoseconds',
    isCounted: false,
    what: 'socket, file, monitor, sleep and park events (only those above their threshold)',
  },
  'live-objects': { kind: 'alloc', unit: 'bytes', isCounted: false, what: 'profiler.LiveObject' },
  malloc: { kind: 'alloc', unit: 'bytes', isCounted: false, what: 'profiler.Malloc' },
};

/** One event, whatever file it comes from. Numbers are null where the event has no such field. */
export interface JfrEvent {
  type: string;
  state: string;
  durationNanos: number | null;
  sizeBytes: number | null;
  /** Of a wall-clock sample: how many it stands for. */
  samples: number | null;
  /** Class of what a thread was parked on. */
  parkedOn: string;
}

/** Which groups an event belongs to, and with what weight. */
export function groupsOf(event: JfrEvent): { group: GroupId; weight: number }[] {
  const bytes = event.sizeBytes ?? 0;
  const nanos = event.durationNanos ?? 0;
  switch (event.type) {
    case 'jdk.ExecutionSample':
      return [
        // async-profiler's wall mode (to 3.x) writes sleeping threads as execution samples, too.
        ...(isRunning(event.state) ? [{ group: 'execution' as const, weight: 1 }] : []),
        { group: 'thread-samples', weight: 1 },
      ];
    case 'jdk.NativeMethodSample':
      return [{ group: 'thread-samples', weight: 1 }];
    case 'jdk.CPUTimeSample':
      return [{ group: 'cpu-time', weight: 1 }];
    case 'profiler.WallClockSample':
      return [{ group: 'wall-clock', weight: event.samples ?? 1 }];
    case 'jdk.ObjectAllocationSample':
      return [{ group: 'allocation-samples', weight: bytes }];
    case 'jdk.ObjectAllocationInNewTLAB':
    case 'jdk.ObjectAllocationOutsideTLAB':
      return [{ group: 'tlab', weight: bytes }];
    case 'profiler.LiveObject':
      return [{ group: 'live-objects', weight: bytes }];
    case 'profiler.Malloc':
      return [{ group: 'malloc', weight: bytes }];
    case 'jdk.JavaMonitorEnter':
      return [{ group: 'lock', weight: nanos }];
    case 'jdk.ThreadPark':
      return [{ group: isLock(event.parkedOn) ? 'lock' : 'waits', weight: nanos }];
    default:
      return waitTypes.has(event.type) ? [{ group: 'waits', weight: nanos }] : [];
  }
}

const waitTypes = new Set(['jdk.JavaMonitorWait', 'jdk.ThreadSleep', 'jdk.SocketRead', 'jdk.SocketWrite', 'jdk.FileRead', 'jdk.FileWrite']);

export const eventTypes: ReadonlySet<string> = new Set([
  ...waitTypes,
  'jdk.ExecutionSample',
  'jdk.NativeMethodSample',
  'jdk.CPUTimeSample',
  'profiler.WallClockSample',
  'jdk.ObjectAllocationSample',
  'jdk.ObjectAllocationInNewTLAB',
  'jdk.ObjectAllocationOutsideTLAB',
  'profiler.LiveObject',
  'profiler.Malloc',
  'jdk.JavaMonitorEnter',
  'jdk.ThreadPark',
]);

/** HotSpot samples only running threads; async-profiler says STATE_DEFAULT for CPU samples. */
export function isRunning(state: string): boolean {
  return !/SLEEP|PARK|WAIT|BLOCK/.test(state);
}

/** A thread parked on the lock itself waits for its owner; on a condition or a queue it has nothing to do. */
function isLock(parkedOn: string): boolean {
  return /\$(?:Nonfair|Fair)Sync$|StampedLock$/.test(parkedOn);
}

export interface GroupCollector {
  builderOf(group: GroupId): ProfileBuilder;
  /** `leafLine` is 1-based; 0 when the event does not tell it. */
  add(group: GroupId, node: number, weight: number, leafLine: number): void;
  /** A thread of the virtual machine itself that sleeps: it has nothing to do. */
  addIdle(group: GroupId, weight: number): void;
  finish(format: string, durationMs: number | null, options: ReadOptions, notes: readonly [string, string][]): StackProfile;
}

export function createGroupCollector(): GroupCollector {
  const builders = new Map<GroupId, ProfileBuilder>();
  const counts = new Map<GroupId, number>();
  const builderOf = (group: GroupId): ProfileBuilder => {
    const builder = builders.get(group) ?? createProfileBuilder();
    builders.set(group, builder);
    return builder;
  };
  return {
    builderOf,
    add(group, node, weight, leafLine) {
      builderOf(group).add(node, weight, weight);
      if (leafLine > 0 && leafLine < 2 ** 31) builderOf(group).addLine(node, leafLine, weight);
      if (weight > 0) counts.set(group, (counts.get(group) ?? 0) + 1);
    },
    addIdle(group, weight) {
      builderOf(group).addIdle(weight, weight);
    },
    finish(format, durationMs, options, notes) {
      const filled = groupIds.filter((group) => counts.has(group));
      const chosen = chooseGroup(filled, options);
      const { kind, unit, isCounted, what } = groups[chosen];
      const builder = builderOf(chosen);
      builder.note('ranked', what);
      const others = filled.filter((group) => group !== chosen && !(chosen === 'execution' && group === 'thread-samples'));
      if (others.length > 0)
        builder.note('other-values', `also in the file, not ranked: ${others.map((id) => `${id} (${counts.get(id) ?? 0})`).join(', ')}`);
      for (const [id, detail] of notes) builder.note(id, detail);
      return builder.finish({ format, kind, unit, durationMs, samplesKnown: isCounted });
    },
  };
}

const groupIds: readonly GroupId[] = [
  'cpu-time',
  'execution',
  'wall-clock',
  'thread-samples',
  'allocation-samples',
  'tlab',
  'lock',
  'waits',
  'live-objects',
  'malloc',
];

function chooseGroup(filled: readonly GroupId[], options: ReadOptions): GroupId {
  const { kind, valueType } = options;
  const chosen =
    valueType !== undefined
      ? filled.find((group) => group === valueType || groups[group].what.includes(valueType))
      : kind !== undefined
        ? filled.find((group) => groups[group].kind === kind)
        : filled[0];
  if (chosen !== undefined) return chosen;
  const found = filled.length === 0 ? 'none of them' : `only ${filled.join(', ')}`;
  throw new UnreadableInputError(
    `jfr: expected ${valueType ?? (kind === undefined ? 'execution, wall-clock, allocation or lock events' : `events of kind ${kind}`)}, got ${found}. Choose with --kind or --value-type, or record with \`settings=profile\`.`,
  );
}

/** `java/lang/String` and `hashCode` as one name; native and kernel frames have no class. Hidden classes lose their address. */
export function jfrFrame(className: string, method: string, type: string): Frame {
  // async-profiler puts the library into the place of the class.
  if (/\.(?:so[\d.]*|dylib|dll)$/.test(className)) return { name: method, module: className, line: null };
  const owner = className.replaceAll('/', '.').replace(/(\$\$Lambda(?:\$\d+)?|\$\$Hidden)[./+]0x[0-9a-f]+$/i, '$1');
  const module = /^kernel$/i.test(type) ? '[kernel]' : '';
  return { name: owner === '' ? method : `${owner}.${method}`, module, line: null };
}

/** Under this frame hang stacks that the recording cut off. */
export const truncatedFrame: Frame = { name: '[truncated]', module: '', line: null };
const unknownFrame: Frame = { name: '[unknown]', module: '', line: null };

/** Java code has a class; what the virtual machine does in its own threads has none. */
export function hasJavaFrame(frames: readonly Frame[]): boolean {
  return frames.some((frame) => frame.module === '' && /\.[\w$<>]+$/.test(frame.name) && !frame.name.includes('::'));
}

/** The node of a stack, leaf first as recorded; an event without frames is nobody's. */
export function stackNode(builder: ProfileBuilder, leafFirst: readonly Frame[], isTruncated: boolean): number {
  let node = isTruncated ? builder.child(rootNode, builder.frame(truncatedFrame)) : rootNode;
  for (let index = leafFirst.length - 1; index >= 0; index--) node = builder.child(node, builder.frame(leafFirst[index] ?? unknownFrame));
  return leafFirst.length === 0 ? builder.child(rootNode, builder.frame(unknownFrame)) : node;
}
