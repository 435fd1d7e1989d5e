import { escapeMarkdown } from './escape-markdown.js';
import type { Phase } from '../model/outcome.js';

export interface StageRow {
  stage: string;
  state: 'running' | 'done' | 'failed' | 'skipped' | 'cancelled';
  result: string;
  startedAtMs: number;
  endedAtMs: number | null;
}

export interface Board {
  phase: Phase;
  now: string;
  openPlanId: string | null;
  rows: readonly StageRow[];
}

/** The Web UI carries the text in the address of an iframe: longer ones are cut there without a word. */
export const boardLimitBytes = 2_048;

const marks: Record<StageRow['state'], string> = { running: '⏳', done: '✅', failed: '❌', skipped: '⏭️', cancelled: '🛑' };

/** Cells hold text from services and databases: no new lines, no column breaks. */
function cell(text: string, limit: number): string {
  const flat = escapeMarkdown(text.replace(/\|+/g, ' '));
  return flat.length > limit ? `${flat.slice(0, limit - 1)}…` : flat;
}

function took(row: StageRow): string {
  return row.endedAtMs === null ? '' : `${((row.endedAtMs - row.startedAtMs) / 1000).toFixed(1)} s`;
}

function youCan(board: Board): string {
  if (board.phase === 'ended') return 'nothing is left to do here.';
  if (board.phase === 'confirming' || board.phase === 'verifying') return 'press Cancel to stop the load, or Signal `closeIncident`.';
  if (board.phase !== 'waiting') return 'wait, or Signal `closeIncident`.';
  const decide =
    board.openPlanId === null ? '' : `send Update \`decideRemedy\` {"planId":"${board.openPlanId}","decision":"approve","by":"you"}, or `;
  return `${decide}Signal \`rerunConfirmation\`, \`handOff\` or \`closeIncident\`, Update \`acknowledge\` {"by":"you"}.`;
}

function render(board: Board, rows: readonly StageRow[]): string {
  const lines = rows.map((row) => `| ${cell(row.stage, 40)} | ${marks[row.state]} | ${cell(row.result, 120)} | ${took(row)} |`);
  const dropped = board.rows.length - rows.length;
  const note = dropped === 0 ? [] : ['', `(${dropped} earlier stages are in the history)`];
  return [
    `Now: ${cell(board.now, 200)} / You can: ${youCan(board)}`,
    '',
    '| stage | state | result | took |',
    '|---|---|---|---|',
    ...lines,
    ...note,
  ].join('\n');
}

/** The status board for the Web UI: GitHub table, at most 2 KB; the oldest rows go first when it grows. */
export function renderBoard(board: Board): string {
  for (let first = 0; first < board.rows.length; first += 1) {
    const text = render(board, board.rows.slice(first));
    if (utf8Length(text) <= boardLimitBytes) return text;
  }
  return render(board, []);
}

/** No TextEncoder here: core runs in the workflow sandbox and in plain ECMAScript alike. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
