import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvidence, writeEvidenceArchive, writeEvidenceFolder } from '../../../adapters/artifacts/evidence-folder.js';
import { recordedEvidence } from '../../../lab/cases/record-evidence.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-folder-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const recorded = () => readEvidence(join(recordedEvidence(), 'missing-index'));

async function archiveOf(entries: Record<string, string>): Promise<string> {
  const archive = pack();
  for (const [name, text] of Object.entries(entries)) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  const file = join(folder, 'made.tar.gz');
  await writeFile(file, gzipSync(Buffer.concat(chunks)));
  return file;
}

describe('an evidence set', () => {
  it('comes back from a folder and from an archive as it was', async () => {
    const content = await recorded();
    await writeEvidenceFolder(join(folder, 'set'), content);
    await writeEvidenceArchive(join(folder, 'set.tar.gz'), content);
    expect(await readEvidence(join(folder, 'set'))).toEqual(content);
    expect(await readEvidence(join(folder, 'set.tar.gz'))).toEqual(content);
  });

  it('is read from an archive with a folder around it, and nothing else is', async () => {
    const { manifest } = await recorded();
    const file = await archiveOf({ 'set/manifest.json': JSON.stringify(manifest), '../../outside.json': '{}', 'set/notes.txt': 'x' });
    const content = await readEvidence(file);
    expect(content.manifest.incidentId).toBe(manifest.incidentId);
    expect([...content.documents.keys()]).toEqual([]);
  });

  it.each([
    ['a folder without a manifest', () => folder, /expected an evidence set with a manifest\.json, got nothing of one/],
    ['a path that is not there', () => join(folder, 'nowhere'), /expected a folder or a \.tar\.gz file, got ENOENT/],
    ['an archive that is none', () => join(folder, 'text.tar.gz'), /expected a gzipped tar file, got one that cannot be unpacked/],
    ['a manifest that is no JSON', () => archiveOf({ 'manifest.json': '{' }), /expected JSON in manifest\.json/],
    [
      'a manifest of another format',
      () => archiveOf({ 'manifest.json': '{"format":"har"}' }),
      /expected the manifest of an evidence set \(format perf-responder-evidence, version 1\)/,
    ],
  ])('refuses %s', async (_what, make, message) => {
    await writeFile(join(folder, 'text.tar.gz'), 'text');
    await expect(readEvidence(await make())).rejects.toThrow(message);
  });
});
