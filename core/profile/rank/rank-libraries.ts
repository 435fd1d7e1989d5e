import type { Frame, LibraryShare } from '../../model/profile.js';
import type { BusyProfile } from '../busy-profile.js';
import { frameAt } from '../categories/categories.js';
import { packageCategory, packageOf } from '../categories/node.js';

const none = 0;

/** Folders in which installers put what is not the service's own: `site-packages/numpy/…`, `site-packages/six.py`, `pkg/mod/github.com/lib/pq@v1.10.9/…`. */
const installed = [/\/(?:site|dist)-packages\/([^/]+?)(?:\.py)?(?:\/|$)/, /\/pkg\/mod\/([^@]+)@v/];

/** The package that a frame is of; null for the service's own code and the runtime's. */
export function dependencyOf(frame: Frame): string | null {
  const module = frame.module.replaceAll('\\', '/');
  return packageOf(module) ?? installed.map((folder) => folder.exec(module)?.[1]).find((name) => name !== undefined) ?? null;
}

const most = 10;

/**
 * Work of dependencies that do no one kind of work, by package and by the application frame that called it. Where a package goes on by itself after something
 * that it awaited, no frame of the application is on the stack: then by its own function that goes on. A package that calls the application, as a web
 * framework does its handlers, is what the service runs in and no call of it: its work is not listed.
 */
export function rankLibraries(busy: BusyProfile): LibraryShare[] {
  const { names, called, entered, hosts } = readPackages(busy);
  const found = new Map<string, LibraryShare>();
  busy.forEachLeafNode((node) => {
    const name = names[(called[node] ?? none) - 1];
    const caller = frameAt(busy.profile, busy.classes.applicationFrameOf(node) ?? entered[node] ?? null);
    if (name === undefined || caller === null || hosts.has(name) || packageCategory(name) !== null) return;
    const weight = busy.parts(node).reduce((sum, [category, part]) => sum + (category === 'framework' ? part : 0), 0);
    if (weight <= 0 || busy.total <= 0) return;
    const key = `${name}\u0000${caller.name}\u0000${caller.module}\u0000${caller.line ?? 0}`;
    const known = found.get(key);
    found.set(key, { name, caller, share: (known?.share ?? 0) + weight / busy.total });
  });
  return [...found.values()].sort((a, b) => b.share - a.share || a.name.localeCompare(b.name)).slice(0, most);
}

interface Packages {
  names: string[];
  /** For each node the package (its place plus one) that its innermost application frame called. */
  called: Uint32Array;
  /** And the function of that package that was called (its id). */
  entered: Int32Array;
  hosts: Set<string>;
}

function readPackages({ profile, classes }: BusyProfile): Packages {
  const names: string[] = [];
  const places = new Map<string, number>();
  const packageOfFrame = profile.frames.map((frame) => {
    const name = dependencyOf(frame);
    if (name === null) return none;
    const place = places.get(name) ?? names.push(name);
    places.set(name, place);
    return place;
  });
  const called = new Uint32Array(profile.parents.length);
  const entered = new Int32Array(profile.parents.length).fill(-1);
  const hosts = new Set<string>();
  for (let node = 1; node < profile.parents.length; node++) {
    const parent = profile.parents[node] ?? 0;
    const frame = profile.frameOf[node] ?? -1;
    const isApplication = classes.applicationFrameOf(node) === frame;
    if (!isApplication) {
      const isInside = (called[parent] ?? none) !== none;
      called[node] = (isInside ? called[parent] : packageOfFrame[frame]) ?? none;
      entered[node] = isInside ? (entered[parent] ?? -1) : frame;
    } else if (parent > 0 && classes.applicationFrameOf(parent) === null) addHosts(parent);
  }
  return { names, called, entered, hosts };

  function addHosts(from: number): void {
    for (let node = from; node > 0; node = profile.parents[node] ?? 0) {
      const name = names[(packageOfFrame[profile.frameOf[node] ?? -1] ?? none) - 1];
      if (name !== undefined) hosts.add(name);
    }
  }
}
