import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { renderHtml } from '../../report/html.js';
import { renderJson } from '../../report/json.js';
import { renderMarkdown } from '../../report/markdown.js';
import { renderNotification } from '../../report/notification.js';
import { expectGolden } from './golden.js';
import {
  hostileNames,
  inconclusiveBisected,
  inconclusiveSearching,
  inconclusiveWithoutProfile,
  missingIndexLocalized,
  missingIndexResolved,
  notReproduced,
} from './incidents.js';

const incidents = {
  'missing-index-localized': missingIndexLocalized,
  'missing-index-resolved': missingIndexResolved,
  'not-reproduced': notReproduced,
  'inconclusive-without-profile': inconclusiveWithoutProfile,
  'inconclusive-searching': inconclusiveSearching,
  'inconclusive-bisected': inconclusiveBisected,
  'hostile-names': hostileNames,
};

describe.each(Object.entries(incidents))('the report of %s', (name, create) => {
  it('reads as expected in Markdown', () => expectGolden(`${name}.md`, renderMarkdown(create())));
  it('is the triage document in JSON', () => expectGolden(`${name}.json`, renderJson(create())));
  it('fits a chat as a notification', () => {
    expectGolden(`${name}.notification.json`, `${JSON.stringify(renderNotification(create().incident, 'report-ready'), null, 2)}\n`);
  });
});

describe('the page of an incident', () => {
  it('reads as expected, without its fixed style and script', () => {
    const page = renderHtml(missingIndexResolved(), (text) => createHash('sha256').update(text).digest('base64'));
    const words = page
      .replace(/<style>[\s\S]*?<\/style>/, '<style></style>')
      .replace(/<script>[\s\S]*?<\/script>/, '<script></script>')
      .replace(/'sha256-[^']*'/, "'sha256-'");
    expectGolden('missing-index-resolved.html', words);
  });
});
