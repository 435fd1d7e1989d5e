/**
 * A document as a file that people edit and we regenerate: ordered blocks between markers. A marker keeps the hash of what we wrote last, so a
 * block that a person edited is recognised, whatever the edit was, and never overwritten.
 */

export interface FreshBlock {
  id: string;
  /** Markdown, heading included. */
  body: string;
  /** Written by people: once it is in the file it is never replaced. */
  isForPeople: boolean;
}

export interface FreshDocument {
  kind: 'postmortem' | 'service-runbook';
  /** What it is about: the id of an incident, the name of a service. */
  subject: string;
  blocks: readonly FreshBlock[];
}

export interface BlockState {
  id: string;
  rev: number;
  /** `deleted`: a person took it out; it stays out. `kept`: of another template. */
  state: 'generated' | 'edited' | 'deleted' | 'kept';
}

export interface Merged {
  text: string;
  blocks: BlockState[];
}

interface WrittenBlock {
  id: string;
  rev: number;
  sha: string;
  body: string;
}
type Segment = { free: string } | WrittenBlock;

const headerPattern = /^<!-- perf-responder:(postmortem|service-runbook) of=(\S+) blocks=(\S*) -->$/;
const openPattern = /^<!-- block:(\S+) rev=(\d+) sha=(\S+) -->$/;
const newerPattern = /^<!-- newer:(\S+)$/;
type Sha = (text: string) => string;

/** Ends of lines, and spaces at them, are the editor's, not the person's. */
function normal(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

function headerOf(text: string): { kind: string; subject: string; known: string[] } | null {
  const [, kind, subject, known] = headerPattern.exec(text.split(/\r?\n/, 1)[0]?.trimEnd() ?? '') ?? [];
  return kind === undefined || subject === undefined || known === undefined ? null : { kind, subject, known: known.split(',') };
}

/** Whether a file is this document of ours; everything else is somebody's and not to be touched. */
export function isDocumentOf(text: string, { kind, subject }: Pick<FreshDocument, 'kind' | 'subject'>): boolean {
  const header = headerOf(text);
  return header?.kind === kind && header.subject === subject;
}

/** Index of the line that ends what began before `from`; a marker that somebody deleted lets the block end where the next one begins. */
function endOf(lines: readonly string[], from: number, closing: string): number {
  const found = lines.findIndex((line, index) => index >= from && (line === closing || openPattern.test(line)));
  return found === -1 ? lines.length : found;
}

function segmentsOf(text: string): Segment[] {
  const lines = normal(text).split('\n').slice(1);
  const segments: Segment[] = [];
  const seen = new Set<string>();
  let free: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const newer = newerPattern.exec(line)?.[1];
    const newerEnd = newer === undefined ? -1 : lines.indexOf(`newer:${newer} -->`, index);
    const [, id, rev, sha] = openPattern.exec(line) ?? [];
    if (newerEnd !== -1) index = newerEnd;
    else if (id === undefined || rev === undefined || sha === undefined || seen.has(id)) free.push(line);
    else {
      const closing = `<!-- /block:${id} -->`;
      const end = endOf(lines, index + 1, closing);
      segments.push(
        { free: free.join('\n') },
        {
          id,
          rev: Number(rev),
          sha,
          body: lines
            .slice(index + 1, end)
            .join('\n')
            .trim(),
        },
      );
      seen.add(id);
      free = [];
      index = lines[end] === closing ? end : end - 1;
    }
  }
  return [...segments, { free: free.join('\n') }];
}

function written({ id, rev, sha, body }: WrittenBlock): string {
  return `<!-- block:${id} rev=${rev} sha=${sha} -->\n${body}\n<!-- /block:${id} -->`;
}

/** Lines that differ, `-` in the file and `+` newer. */
function differingLines(edited: string, fresh: string): string[] {
  const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  const gone = linesOf(edited).filter((line) => !linesOf(fresh).includes(line));
  const added = linesOf(fresh).filter((line) => !linesOf(edited).includes(line));
  return [...gone.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

/** What the record says now beside what a person wrote: a comment, so that the published text stays the person's. */
function newerData(id: string, edited: string, fresh: string): string {
  const diff = differingLines(edited, fresh).map((line) => line.replaceAll('--', '- -'));
  return [
    `<!-- newer:${id}`,
    'Newer data is there; this block was edited and stays. What differs (- here, + newer):',
    ...diff,
    `newer:${id} -->`,
  ].join('\n');
}

function regenerate(
  block: WrittenBlock,
  fresh: FreshBlock | undefined,
  { sha, isAccepted }: { sha: Sha; isAccepted: boolean },
): { text: string; state: BlockState } {
  const { id, rev } = block;
  if (fresh === undefined) return { text: written(block), state: { id, rev, state: 'kept' } };
  const body = normal(fresh.body);
  const freshSha = sha(body);
  if (sha(block.body) !== block.sha && !isAccepted) {
    const newer = freshSha === block.sha || fresh.isForPeople ? [] : [newerData(id, block.body, body)];
    return { text: [written(block), ...newer].join('\n'), state: { id, rev, state: 'edited' } };
  }
  const isAsWritten = freshSha === block.sha && sha(block.body) === block.sha;
  if (isAsWritten || (fresh.isForPeople && !isAccepted)) return { text: written(block), state: { id, rev, state: 'generated' } };
  return { text: written({ id, rev: rev + 1, sha: freshSha, body }), state: { id, rev: rev + 1, state: 'generated' } };
}

function firstWriting({ id, body }: FreshBlock, sha: Sha): { text: string; state: BlockState } {
  const text = normal(body);
  return { text: written({ id, rev: 1, sha: sha(text), body: text }), state: { id, rev: 1, state: 'generated' } };
}

function withHeader({ kind, subject }: FreshDocument, known: readonly string[], parts: readonly string[]): string {
  const header = `<!-- perf-responder:${kind} of=${subject} blocks=${known.join(',')} -->`;
  return `${[header, ...parts.map((part) => part.trim()).filter((part) => part !== '')].join('\n\n')}\n`;
}

/**
 * The file after this generation. `existing` is its text so far, null when there is none; it has to be the same document. `sha`
 * hashes a text into word characters. Text between blocks is a person's and stays; so does every edited or deleted block that is not `accepted`.
 */
export function mergeBlocks(existing: string | null, fresh: FreshDocument, sha: Sha, accepted: readonly string[] = []): Merged {
  const known = existing === null ? [] : (headerOf(existing)?.known ?? []);
  const segments = existing === null ? [] : segmentsOf(existing);
  const present = new Set(segments.flatMap((one) => ('id' in one ? [one.id] : [])));
  const parts: { id: string | null; text: string; state: BlockState | null }[] = segments.map((one) => {
    if ('free' in one) return { id: null, text: one.free, state: null };
    return {
      id: one.id,
      ...regenerate(
        one,
        fresh.blocks.find(({ id }) => id === one.id),
        { sha, isAccepted: accepted.includes(one.id) },
      ),
    };
  });
  let after = -1;
  for (const block of fresh.blocks) {
    const at = parts.findIndex(({ id }) => id === block.id);
    if (at === -1 && known.includes(block.id) && !accepted.includes(block.id)) continue;
    if (at === -1)
      parts.splice(after === -1 && existing !== null ? parts.length : after + 1, 0, { id: block.id, ...firstWriting(block, sha) });
    after = parts.findIndex(({ id }) => id === block.id);
  }
  const deleted = known
    .filter((id) => !present.has(id) && !accepted.includes(id))
    .map((id): BlockState => ({ id, rev: 0, state: 'deleted' }));
  const text = withHeader(
    fresh,
    [...new Set([...known, ...fresh.blocks.map(({ id }) => id)])],
    parts.map((part) => part.text),
  );
  const isCrlf = existing?.includes('\r\n') === true;
  const blocks = [...parts.flatMap(({ state }) => (state === null ? [] : [state])), ...deleted];
  return { text: isCrlf ? text.replaceAll('\n', '\r\n') : text, blocks };
}

export interface BlockDifference {
  id: string;
  state: 'edited' | 'deleted';
  /** `- ` in the file, `+ ` what the record says now; empty: a person edited it and nothing newer is there. */
  lines: string[];
}

/** Blocks that people have changed, each with what taking the record's text would change. */
export function blockDifferences(existing: string, fresh: FreshDocument, sha: Sha): BlockDifference[] {
  const here = segmentsOf(existing).flatMap((one) => ('id' in one ? [one] : []));
  const known = headerOf(existing)?.known ?? [];
  return fresh.blocks.flatMap(({ id, body }): BlockDifference[] => {
    const block = here.find((one) => one.id === id);
    if (block === undefined) return known.includes(id) ? [{ id, state: 'deleted', lines: differingLines('', normal(body)) }] : [];
    return sha(block.body) === block.sha ? [] : [{ id, state: 'edited', lines: differingLines(block.body, normal(body)) }];
  });
}
