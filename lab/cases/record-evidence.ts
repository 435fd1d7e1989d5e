import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readEvidence, writeEvidenceFolder } from '../../adapters/artifacts/evidence-folder.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { documentNamed } from '../../core/evidence/registry.js';
import { judgeEvidence } from '../../core/evidence/judge-evidence.js';
import type { EvidenceContent } from '../../core/evidence/redact.js';
import type { Incident } from '../../core/model/incident.js';
import type { RunFigures } from '../../core/model/rerun.js';
import type { Truth } from '../fault.js';
import { projectRoot } from '../program-path.js';
import type { Places } from './score.js';

/** Folder of the recorded evidence sets: one folder a story. */
export function recordedEvidence(): string {
  return join(projectRoot(), 'fixtures', 'evidence');
}

/** What is known of a recorded window beside its evidence: `story.json`. */
export interface Story {
  title: string;
  /** `shop`, or what the service was. */
  service: string;
  kind: 'fault' | 'control';
  truth: Truth;
  /** What the names in the truth are in this recording. */
  places: { peers: Record<string, string>; sessions: Record<string, number[]> };
}

/** What a golden pins of an answer: everything that a change of a rule can be seen by. */
export interface PinnedAnswer {
  outcome: Incident['outcome'];
  branch: Incident['branch'];
  causes: Pick<Incident['causes'][number], 'id' | 'location' | 'share' | 'confidence'>[];
  ruledOut: string[];
  missingEvidence: string[];
}

export function pinnedAnswer({ outcome, branch, causes, ruledOut, missingEvidence }: Incident): PinnedAnswer {
  return {
    outcome,
    branch,
    causes: causes.map(({ id, location, share, confidence }) => ({ id, location, share: rounded(share), confidence: rounded(confidence) })),
    ruledOut: ruledOut.map(({ id }) => id),
    missingEvidence: missingEvidence.map(({ id }) => id),
  };
}

/** Six digits: more than any rule looks at, and the last digits of a sum are nobody's business. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** Keeps an exported archive as a folder of the recorded evidence, with what is known of it and the answer that it gives. Throws when it is too large. */
export async function keepRecording(archive: string, name: string, story: Story): Promise<PinnedAnswer> {
  const content = asPublished(await readEvidence(archive));
  const folder = join(recordedEvidence(), name);
  rmSync(folder, { recursive: true, force: true });
  await writeEvidenceFolder(folder, content);
  writeJson(join(folder, 'story.json'), story);
  checkSizes(folder);
  return await pinAnswer(name);
}

/** Means over the load before and after the cause was taken away, by the same load: `rerun.json` of a recorded window. */
export interface RecordedRerun {
  before: RunFigures;
  after: RunFigures;
}

export function keepRerun(name: string, rerun: RecordedRerun): void {
  writeJson(join(recordedEvidence(), name, 'rerun.json'), rerun);
}

/** Null: nothing was run again after this window. */
export function recordedRerun(name: string): RecordedRerun | null {
  const file = join(recordedEvidence(), name, 'rerun.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedRerun) : null;
}

/** Writes the answer that today's rules give to a recorded window; returns it. */
export async function pinAnswer(name: string): Promise<PinnedAnswer> {
  const folder = join(recordedEvidence(), name);
  const answer = pinnedAnswer(judgeEvidence(await readEvidence(folder), judgement));
  writeJson(join(folder, 'expected.json'), answer);
  return answer;
}

/** Pins the answers of all recorded windows anew; returns the names of those that changed. */
export async function pinAllAnswers(): Promise<string[]> {
  const changed: string[] = [];
  for (const name of recordedNames()) {
    const file = join(recordedEvidence(), name, 'expected.json');
    const before: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
    const after: unknown = JSON.parse(JSON.stringify(await pinAnswer(name)));
    if (!isDeepStrictEqual(before, after)) changed.push(name);
  }
  return changed;
}

export function recordedNames(): string[] {
  if (!existsSync(recordedEvidence())) return [];
  const entries = readdirSync(recordedEvidence(), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function storyOf(truth: Truth, places: Places, rest: Pick<Story, 'title' | 'service' | 'kind'>): Story {
  return { ...rest, truth, places: { peers: { ...places.peers }, sessions: Object.fromEntries(places.sessions) } };
}

/** Recordings go into the repository: nothing that is only drawn, and no folder of the machine on which they were made. */
function asPublished({ manifest, documents }: EvidenceContent): EvidenceContent {
  const judged = [...documents].filter(([name]) => documentNamed(name)?.isDrawnOnly !== true);
  const pythonPackages = process.env['LAB_PYTHONPATH'] ?? '';
  const text = [
    ...(pythonPackages === '' ? [] : [[pythonPackages, '/srv/python/site-packages'] as const]),
    [projectRoot(), '/srv/app'] as const,
    [homedir(), '/srv/home'] as const,
  ].reduce((all, [path, published]) => all.replaceAll(path, published), JSON.stringify({ manifest, documents: judged }));
  const parsed = JSON.parse(text) as { manifest: EvidenceContent['manifest']; documents: [string, unknown][] };
  return { manifest: parsed.manifest, documents: new Map(parsed.documents) };
}

const largestBytes = 200_000;

function checkSizes(folder: string): void {
  for (const name of readdirSync(folder)) {
    const { length } = readFileSync(join(folder, name));
    if (length > largestBytes) throw new Error(`${join(folder, name)}: expected at most ${largestBytes} bytes, got ${length}`);
  }
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
