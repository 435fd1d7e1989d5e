import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { documentNamed } from '../../core/evidence/registry.js';
import { readManifest } from '../../core/evidence/manifest.js';
import type { EvidenceContent } from '../../core/evidence/redact.js';
import { UnreadableInputError } from '../../core/model/errors.js';

const manifestName = 'manifest.json';
/** All of a set that was ever seen takes 2 MB; what unpacks to a hundred times that is no evidence set. */
const limitBytes = 256 * 1024 * 1024;

/**
 * Reads an evidence set: a folder, or the archive that `perf-responder evidence` writes. Only the manifest and the documents that it may list are read,
 * whatever else lies there. Throws UnreadableInputError.
 */
export async function readEvidence(path: string): Promise<EvidenceContent> {
  const where = `analyze incident ${path}`;
  const files = await ((await isFolder(path, where)) ? readFolder(path) : readArchive(path, where));
  const manifest = files.get(manifestName);
  if (manifest === undefined)
    throw new UnreadableInputError(
      `${where}: expected an evidence set with a ${manifestName}, got ${files.size === 0 ? 'nothing of one' : [...files.keys()].join(', ')}; perf-responder evidence INCIDENT --out FILE.tar.gz writes one`,
    );
  const documents = [...files].filter(([name]) => name !== manifestName);
  return {
    manifest: readManifest(parsed(manifest, manifestName, where), where),
    documents: new Map(documents.map(([name, text]) => [name, parsed(text, name, where)])),
  };
}

/** One gzipped tar file; the same content gives the same bytes. */
export async function writeEvidenceArchive(file: string, content: EvidenceContent): Promise<void> {
  const archive = pack();
  for (const [name, text] of filesOf(content)) archive.entry({ name, mtime: new Date(0) }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  await writeFile(file, gzipSync(Buffer.concat(chunks), { level: 9 }));
}

export async function writeEvidenceFolder(folder: string, content: EvidenceContent): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of filesOf(content)) await writeFile(join(folder, name), text);
}

function filesOf({ manifest, documents }: EvidenceContent): [string, string][] {
  const written = [...documents].map(([name, document]): [string, string] => [name, `${JSON.stringify(document)}\n`]);
  return [[manifestName, `${JSON.stringify(manifest, null, 2)}\n`], ...written];
}

async function isFolder(path: string, where: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${where}: expected a folder or a .tar.gz file, got ${reason}; check the path`, { cause: error });
  }
}

function isWanted(name: string): boolean {
  return name === manifestName || documentNamed(name) !== null;
}

async function readFolder(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter(isWanted);
  const read = names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), 'utf8')]);
  return new Map(await Promise.all(read));
}

/** Held in memory, so no name in the archive can lead anywhere. A folder around the files is as good as none. */
async function readArchive(path: string, where: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const reader = extract();
  let sizeBytes = 0;
  reader.on('entry', (header, stream, next) => {
    const name = header.name.split('/').at(-1) ?? '';
    const chunks: Buffer[] = [];
    stream.on('data', (data) => {
      const chunk = Buffer.from(data as Uint8Array);
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) reader.destroy(new Error(`more than ${limitBytes / 1024 / 1024} MB when it is unpacked`));
      if (isWanted(name)) chunks.push(chunk);
    });
    stream.on('end', () => {
      if (header.type === 'file' && isWanted(name)) files.set(name, Buffer.concat(chunks).toString('utf8'));
      next();
    });
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), reader);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${where}: expected a gzipped tar file, got one that cannot be unpacked (${reason}); copy it again`, {
      cause: error,
    });
  }
  return files;
}

function parsed(text: string, name: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`${where}: expected JSON in ${name}, got text that is none (${reason}); export the set again`, {
      cause: error,
    });
  }
}
