/** Every update of an incident, word for word, with who could read it and when. */
import type { StatusDocument } from '../../core/command/incident/status-document.js';
import { cell, moment, sections } from './markdown.js';

function told({ communications }: StatusDocument, audience: 'internal' | 'external'): string {
  const all = communications.filter((one) => one.audience === audience);
  if (all.length === 0) return 'Nothing was told.';
  return all
    .map(({ at, channel, kind, state, text }) => {
      const quoted = text
        .split(/\r?\n/)
        .map((line) => `> ${cell(line)}`.trimEnd())
        .join('\n>\n');
      return `**${moment(at)}**, ${cell(channel)}, ${cell(kind)}, ${state}:\n\n${quoted}`;
    })
    .join('\n\n');
}

export function communicationsDocument(status: StatusDocument): string {
  const body = sections([
    ['### Internal Communication', told(status, 'internal')],
    ['### External Communication', told(status, 'external')],
  ]);
  return `## Communication: ${status.id}\n\n${body}\n`;
}
