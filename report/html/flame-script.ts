/**
 * The page's only script: zoom, search and keyboard for the flame graph. It runs in the reader's browser, so it is plain JavaScript; names are
 * set as text and attributes, never as markup. Its hash is in the page's policy.
 */
export const flameScript = String.raw`
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const source = byId('flame-data');
  if (!source) return;
  const { total, samples, unit, colours, frames, nodes } = JSON.parse(source.textContent);
  const boxes = nodes.map(([frame, depth, start, width, self], index) => {
    const [name, module, category] = frames[frame];
    return { index, name, module, category, depth, start, width, self: self / total, parent: -1, hit: false };
  });
  const path = [];
  for (const box of boxes) { path[box.depth] = box.index; box.parent = box.depth === 0 ? -1 : path[box.depth - 1]; }
  const [panel, tip, status, search, reset, turn] = ['flame-box', 'flame-tip', 'flame-status', 'flame-search', 'flame-reset', 'flame-turn'].map(byId);
  const row = 19;
  let zoomed = 0, active = 0, matcher = null, shown = [];
  const percent = (share) => (share * 100).toFixed(share >= 0.1 ? 1 : 2) + ' %';
  const weight = (share) => samples ? Math.round(share * samples).toLocaleString('en') + ' of ' + samples.toLocaleString('en') + ' samples'
    : Number((share * total).toPrecision(4)).toLocaleString('en') + (unit ? ' ' + unit : '');
  const words = (box) => percent(box.width) + ' total, ' + percent(box.self) + ' self, ' + weight(box.width);

  const isAncestor = (box, of) => box.depth < of.depth && box.start <= of.start + 1e-9 && box.start + box.width >= of.start + of.width - 1e-9 && box.index < of.index;

  function place(box, view) {
    if (box.index === view.index || isAncestor(box, view)) return { left: 0, width: 1 };
    if (box.index < view.index || box.start >= view.start + view.width - 1e-9) return null;
    return { left: (box.start - view.start) / view.width, width: box.width / view.width };
  }

  function draw({ focus = false } = {}) {
    const view = boxes[zoomed];
    const pixels = panel.clientWidth || 800;
    const parts = document.createDocumentFragment();
    let deepest = 0;
    shown = [];
    for (const box of boxes) {
      const at = place(box, view);
      if (!at || at.width * pixels < 0.7) continue;
      shown.push(box.index);
      deepest = Math.max(deepest, box.depth);
      parts.append(element(box, at, box.index < view.index, pixels));
    }
    if (!shown.includes(active)) active = zoomed;
    panel.replaceChildren(parts);
    panel.style.height = (deepest + 1) * row + 'px';
    reset.disabled = zoomed === 0;
    markActive(focus);
    tell();
  }

  function element(box, at, isAbove, pixels) {
    const part = document.createElement('div');
    part.className = 'frame' + (isAbove ? ' above' : '') + (matcher ? (box.hit ? ' hit' : ' miss') : '');
    part.style.setProperty('--depth', box.depth);
    part.style.left = at.left * 100 + '%';
    part.style.width = at.width * 100 + '%';
    part.style.backgroundColor = colours[box.category];
    part.dataset.index = box.index;
    part.setAttribute('role', 'treeitem');
    part.setAttribute('aria-level', box.depth + 1);
    part.setAttribute('aria-label', box.name + (box.module ? ', ' + box.module : '') + ': ' + words(box) + ', ' + box.category);
    part.tabIndex = -1;
    if (at.width * pixels > 22) part.textContent = box.name;
    return part;
  }

  function markActive(focus) {
    for (const part of panel.querySelectorAll('[tabindex="0"]')) part.tabIndex = -1;
    const part = panel.querySelector('[data-index="' + active + '"]');
    if (!part) return;
    part.tabIndex = 0;
    if (focus) part.focus();
  }

  function tell() {
    const parts = [];
    if (zoomed !== 0) parts.push('Zoomed to ' + boxes[zoomed].name + ' (' + percent(boxes[zoomed].width) + ' of all)');
    if (matcher) parts.push(matchWords());
    status.textContent = parts.join('. ');
  }

  /** Share of the outermost matches only: a match inside a match is not counted twice. */
  function matchWords() {
    let share = 0, found = 0;
    const inside = boxes.map(() => false);
    for (const box of boxes) {
      const above = box.parent >= 0 && inside[box.parent];
      inside[box.index] = above || box.hit;
      if (box.hit) { found += 1; if (!above) share += box.width; }
    }
    return found === 0 ? 'No frame matches' : found + (found === 1 ? ' frame matches, ' : ' frames match, ') + percent(share) + ' of all';
  }

  function zoomTo(index, focus) { zoomed = index; active = index; hideTip(); draw({ focus }); }

  function find(text) {
    matcher = null;
    let problem = '';
    const pattern = /^\/(.+)\/(i?)$/.exec(text);
    if (pattern) {
      try { const expression = new RegExp(pattern[1], pattern[2] + 'u'); matcher = (value) => expression.test(value); }
      catch { problem = 'Not a regular expression: ' + text; }
    } else if (text !== '') {
      const wanted = text.toLowerCase();
      matcher = (value) => value.toLowerCase().includes(wanted);
    }
    for (const box of boxes) box.hit = matcher !== null && (matcher(box.name) || matcher(box.module));
    draw();
    if (problem) status.textContent = problem;
  }

  function showTip(box, x, y) {
    const line = (text, name) => { const part = document.createElement('div'); part.className = name; part.textContent = text; return part; };
    tip.replaceChildren(line(box.name, 'name'), ...(box.module ? [line(box.module, 'module')] : []), line(words(box), ''), line(box.category, 'category'));
    tip.hidden = false;
    const { offsetWidth, offsetHeight } = tip;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - offsetWidth - 8)) + 'px';
    tip.style.top = (y + 18 + offsetHeight > innerHeight ? Math.max(4, y - offsetHeight - 10) : y + 18) + 'px';
  }
  function hideTip() { tip.hidden = true; }

  const boxOf = (event) => { const part = event.target.closest('.frame'); return part ? boxes[Number(part.dataset.index)] : null; };

  function move(key) {
    const siblings = (parent) => shown.filter((index) => boxes[index].parent === parent);
    const { parent } = boxes[active];
    if (key === 'ArrowUp') return parent;
    if (key === 'ArrowDown') return siblings(active)[0] ?? -1;
    const row = siblings(parent);
    return row[row.indexOf(active) + (key === 'ArrowRight' ? 1 : -1)] ?? -1;
  }

  panel.addEventListener('click', (event) => { const box = boxOf(event); if (box) zoomTo(box.index, false); });
  panel.addEventListener('mousemove', (event) => { const box = boxOf(event); if (box) showTip(box, event.clientX, event.clientY); else hideTip(); });
  panel.addEventListener('mouseleave', hideTip);
  panel.addEventListener('focusin', (event) => {
    const box = boxOf(event);
    if (!box) return;
    active = box.index;
    if (!event.target.matches(':focus-visible')) return;
    const at = event.target.getBoundingClientRect();
    showTip(box, Math.max(at.left, 0), at.bottom - 14);
  });
  panel.addEventListener('focusout', hideTip);
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') zoomTo(active, true);
    else if (event.key === 'Escape') zoomTo(0, true);
    else if (event.key.startsWith('Arrow')) {
      const turned = panel.classList.contains('turned') ? { ArrowUp: 'ArrowDown', ArrowDown: 'ArrowUp' } : {};
      const next = move(turned[event.key] ?? event.key);
      if (next >= 0) { active = next; markActive(true); }
    } else return;
    event.preventDefault();
  });
  search.addEventListener('input', () => find(search.value.trim()));
  reset.addEventListener('click', () => zoomTo(0, false));
  turn.addEventListener('click', () => turn.setAttribute('aria-pressed', String(panel.classList.toggle('turned'))));
  let pending = 0;
  addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => draw()); });

  byId('flame-static').hidden = true;
  panel.hidden = false;
  byId('flame-help').hidden = false;
  document.querySelector('.flame-tools').hidden = false;
  panel.setAttribute('role', 'tree');
  panel.setAttribute('aria-label', 'Flame graph');
  draw();
})();
`;
