import type { FlameNode } from '../core/model/profile.js';
import { layoutFlame } from './flame-layout.js';
import type { ReportInput } from './report-input.js';

/** Turns paths on the service's host into paths that its developers know. */
export interface SourcePaths {
  /** The text with each path below the source root relative to it. */
  shorten: (text: string) => string;
  /** Where a path on the service's host can be read; null for files that are not the service's own. */
  link: (text: string) => string | null;
}

const dependencies = /\/(?:node_modules|site-packages|dist-packages|\.?venv|vendor|gems)\//;
/** Folders in which an interpreter keeps installed packages. Below them a path names the package: `markupsafe/__init__.py`, `selectors.py`. */
const installed =
  /(?<![\w./-])\/(?:[^\s/]+\/)*?(?:lib\/python3(?:\.\d+)?\/(?:(?:site|dist)-packages\/)?|(?:site|dist)-packages\/|lib\/ruby\/(?:gems\/)?[\d.]+\/(?:gems\/)?)(?=[^\s/])/g;
const scheme = /^file:\/\/(?=\/)/;

export function sourcePaths({ source, incident, profile, flame, trace }: Omit<ReportInput, 'load' | 'plan' | 'secondLook'>): SourcePaths {
  const seen = [
    ...incident.causes.flatMap(({ location }) => location.file ?? []),
    ...(profile?.leaves ?? []).flatMap((leaf) => [leaf.module, leaf.applicationFrame?.module ?? '']),
    ...(trace?.blockers ?? []).flatMap((blocker) => [blocker.module, blocker.applicationFrame?.module ?? '']),
    ...(flame === null ? [] : layoutFlame(flame).map(({ node }) => node.module)),
  ].map((path) => path.replace(scheme, ''));
  const root = rootOf(
    seen.filter((path) => path.startsWith('/')),
    ownFiles(incident.causes, flame, profile),
    source?.root ?? null,
  );
  const belowRoot = relativeTo(root);
  const link = (text: string): string | null => {
    const own = belowRoot(text);
    return own === text ? null : linkTo(own, source?.url ?? null);
  };
  return { shorten: (text) => belowRoot(text).replace(installed, ''), link };
}

function ownFiles(causes: ReportInput['incident']['causes'], flame: FlameNode | null, profile: ReportInput['profile']): string[] {
  return [
    ...causes.flatMap(({ location }) => location.file ?? []),
    ...(profile?.leaves ?? []).flatMap(({ applicationFrame }) => applicationFrame?.module ?? []),
    ...(flame === null ? [] : layoutFlame(flame).flatMap(({ node }) => (node.category === 'application' ? [node.module] : []))),
  ]
    .map((path) => path.replace(scheme, ''))
    .filter((path) => path.startsWith('/') && !dependencies.test(path));
}

/**
 * The folder that the catalog names if the service runs from it; otherwise the folder that has the dependencies beside the application's files; otherwise
 * the common folder of those files.
 */
function rootOf(seen: readonly string[], own: readonly string[], named: string | null): string | null {
  const isRoot = (folder: string): boolean => folder !== '' && own.some((path) => path.startsWith(`${folder}/`));
  if (named !== null && isRoot(named)) return named;
  const beside = seen.flatMap((path) => /^(.+?)\/(?:node_modules|\.?venv|vendor)\//.exec(path)?.[1] ?? []);
  const found = beside.filter(isRoot).sort((a, b) => a.length - b.length)[0];
  return found ?? commonFolder(own);
}

function commonFolder(paths: readonly string[]): string | null {
  const [first, ...rest] = paths.map((path) => path.split('/').slice(0, -1));
  if (first === undefined) return null;
  const length = rest.reduce((most, parts) => {
    const differs = first.findIndex((part, index) => part !== parts[index]);
    return Math.min(most, differs === -1 ? first.length : differs);
  }, first.length);
  const folder = first.slice(0, length).join('/');
  return folder === '' ? null : folder;
}

function relativeTo(root: string | null): (text: string) => string {
  const begins = /(?<![\w./-])(?:file:\/\/)?/.source;
  const below = root === null ? null : new RegExp(`${begins}${root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/(?=[^\\s/])`, 'g');
  return (text) => (below === null ? text : text.replace(below, '')).replace(/(?<![\w./-])file:\/\/(?=\/)/g, '');
}

const fileWithLine = /^(?!\/)([\w@+~. -]+(?:\/[\w@+~. ()[\]-]+)*\.[a-z]\w{0,5})(?::(\d+))?$/i;

/** Uses the form of GitHub, Gitea and similar hosts by default, another one for known hosts, and a pattern for any other. */
function linkTo(text: string, url: string | null): string | null {
  const [, path, line] = fileWithLine.exec(text) ?? [];
  if (url === null || path === undefined || dependencies.test(`/${path}`)) return null;
  const part = path.split('/').map(encodeURIComponent).join('/');
  if (url.includes('{path}')) return url.replaceAll('{path}', part).replaceAll('{line}', line ?? '1');
  const base = url.replace(/(?<!\/)\/+$|\.git$/g, '');
  const { hostname } = new URL(base);
  if (hostname.includes('gitlab')) return `${base}/-/blob/HEAD/${part}${line === undefined ? '' : `#L${line}`}`;
  if (hostname.includes('bitbucket')) return `${base}/src/HEAD/${part}${line === undefined ? '' : `#lines-${line}`}`;
  return `${base}/blob/HEAD/${part}${line === undefined ? '' : `#L${line}`}`;
}
