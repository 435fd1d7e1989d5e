import type { FlameNode, ProfileCategory, ProfileSummary } from '../../core/model/profile.js';
import { categoryColours } from '../category-colours.js';
import { renderFlameSvg } from '../flame-graph.js';
import { layoutFlame } from '../flame-layout.js';
import { toOneLine } from '../foreign-text.js';
import type { ReportInput } from '../report-input.js';
import type { SourcePaths } from '../source-paths.js';
import { percent } from '../words.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

/** What the page's script draws from: frames are listed once, nodes refer to them, parents come before children. */
interface FlameData {
  title: string;
  unit: string;
  total: number;
  samples: number | null;
  colours: Record<string, string>;
  /** Name, module, category, line (0 = not known). */
  frames: [string, string, ProfileCategory, number][];
  /** Frame, depth, start 0..1, width 0..1, self weight. */
  nodes: [number, number, number, number, number][];
}

/** Without its script the page shows the drawing; the script replaces it by one that can be zoomed and searched. */
export function flamePanel(root: FlameNode | null, profile: ProfileSummary | null): Html {
  if (root === null || !(root.total > 0)) return noHtml;
  const rejected =
    profile?.quality.verdict === 'rejected'
      ? safeHtml`<p class="warning">This profile was rejected; the drawing proves nothing.</p>`
      : noHtml;
  const kind = profile === null || profile.kind === 'unknown' ? 'Profile' : `${profile.kind === 'cpu' ? 'CPU' : profile.kind} profile`;
  return safeHtml`<figure class="flame-figure" id="flame-figure"><figcaption>${kind}: width is the share of ${profile?.kind === 'alloc' ? 'allocations' : 'samples'}</figcaption>
${rejected}${flameTools}
<div class="flame-box" id="flame-box" hidden></div>
<div class="flame-static scroll" id="flame-static" role="group" aria-label="Flame graph" tabindex="0">${{ markup: renderFlameSvg(root, { title: 'Flame graph', minWidthPx: 2 }) }}</div>
<p class="flame-help muted" id="flame-help" hidden>Click, second tap or Enter: zoom. Arrows: move. Enter in the search: next match. Escape: back. The speedscope file opens at <a href="https://www.speedscope.app" rel="noreferrer">speedscope.app</a> (drop it there; it stays in your browser) or with <code>npx speedscope FILE</code>.</p>
<ul class="legend" aria-label="Categories by self share">${legend(root)}</ul>
<div class="flame-tip" id="flame-tip" role="tooltip" hidden></div></figure>`;
}

/** The script shows them, because they do nothing without it. */
const flameTools: Html = {
  markup: `<div class="flame-tools" hidden><input id="flame-search" type="search" placeholder="Search: text or /pattern/" aria-label="Search frames by text, or by a regular expression between slashes" spellcheck="false" autocomplete="off"><span role="group" aria-label="View"><button type="button" data-view="icicle" aria-pressed="true">Icicle</button><button type="button" data-view="flame" aria-pressed="false">Flame</button><button type="button" data-view="sandwich" aria-pressed="false">Sandwich</button></span><button type="button" id="flame-order" aria-pressed="true">Left heavy</button><button type="button" id="flame-reset">Reset</button><button type="button" id="flame-save">Save for speedscope</button><span id="flame-status" role="status"></span></div>`,
};

function legend(root: FlameNode): Html[] {
  const shares = new Map<ProfileCategory, number>();
  for (const { node } of layoutFlame(root)) shares.set(node.category, (shares.get(node.category) ?? 0) + node.self / root.total);
  return [...shares]
    .filter(([, share]) => share >= 0.001)
    .sort((a, b) => b[1] - a[1])
    .map(
      ([category, share]) =>
        safeHtml`<li><i class="swatch" style="background-color:${categoryColours[category]}"></i>${category} ${percent(share)}</li>`,
    );
}

/** The data block of the page. `<` is written as an escape, so that no frame name can end the element; line separators likewise. */
export function flameDataBlock(
  { flame: root, profile, incident }: Pick<ReportInput, 'flame' | 'profile' | 'incident'>,
  paths: SourcePaths,
): Html {
  if (root === null || !(root.total > 0)) return noHtml;
  const frames = new Map<string, { index: number; frame: FlameData['frames'][number] }>();
  const nodes = layoutFlame(root).map(({ node, depth, start, width }): FlameData['nodes'][number] => {
    // Only functions without a name are told apart by their line. For others the file says where a sample fell, not where the function is.
    const line = /^[(<]anonymous/.test(node.frame) ? (node.line ?? 0) : 0;
    const key = JSON.stringify([node.frame, node.module, node.category, line]);
    const frame: FlameData['frames'][number] = [
      toOneLine(node.frame),
      toOneLine(paths.shorten(node.module)),
      node.category,
      node.line ?? 0,
    ];
    const known = frames.get(key) ?? { index: frames.size, frame };
    frames.set(key, known);
    return [known.index, depth, round(start), round(width), node.self];
  });
  const data: FlameData = {
    title: toOneLine(`${incident.endpoint} ${incident.incidentId}`),
    unit: profile?.unit ?? '',
    total: root.total,
    samples: profile?.samples ?? null,
    colours: categoryColours,
    frames: [...frames.values()].map(({ frame }) => frame),
    nodes,
  };
  const json = JSON.stringify(data).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { markup: `<script type="application/json" id="flame-data">${json}</script>` };
}

function round(value: number): number {
  return Number(value.toFixed(7));
}
