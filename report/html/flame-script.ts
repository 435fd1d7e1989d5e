import { flameViews } from './flame-views.js';

/**
 * The flame graph in the reader's browser: views, zoom, search, keyboard and touch. Plain JavaScript; names are set as text and attributes, never as
 * markup. Part of the page's only script, whose hash is in its policy.
 */
export const flameScript = String.raw`
(() => {
  'use strict';
  const byId = (id) => document.getElementById(id);
  const source = byId('flame-data');
  if (!source) return;
${flameViews}
  const { total, samples, unit, title, colours, frames, nodes } = JSON.parse(source.textContent);
  const tree = growTree(nodes, total);
  const [panel, tip, status, search, reset, save, names] = ['flame-box', 'flame-tip', 'flame-status', 'flame-search', 'flame-reset', 'flame-save', 'flame-order'].map(byId);
  const viewButtons = [...document.querySelectorAll('[data-view]')];
  const row = 19;
  let view = 'icicle', isByName = false, boxes = [], zoomed = 0, active = 0, matcher = null, shown = [], tipped = -1, pivot = -1, top = 0;

  const nameOf = (frame) => {
    const [name, module, , line] = frames[frame];
    if (!/^[(<]anonymous/.test(name) || !line) return name;
    return name + ' ' + module.replace(/^.*\//, '') + ':' + line;
  };
  const percent = (share) => (share * 100).toFixed(share >= 0.1 ? 1 : 2) + ' %';
  const weight = (share) => samples ? Math.round(share * samples).toLocaleString('en') + ' of ' + samples.toLocaleString('en') + ' samples'
    : Number((share * total).toPrecision(4)).toLocaleString('en') + (unit ? ' ' + unit : '');
  const words = (box) => percent(box.width) + ' total, ' + percent(box.self) + ' self, ' + weight(box.width);
  const placeOf = ([, module, , line]) => module + (module && line ? ':' + line : '');
  const heaviest = (a, b) => b.width - a.width || nameOf(a.frame).localeCompare(nameOf(b.frame));
  const byName = (a, b) => nameOf(a.frame).localeCompare(nameOf(b.frame)) || b.width - a.width;

  /** Boxes of the chosen view. In a sandwich the callers have depths below zero. */
  function arrange() {
    const compare = isByName ? byName : heaviest;
    if (view !== 'sandwich') { boxes = layOut(tree[0], compare); top = 0; return; }
    const { above, below } = sandwich(tree, pivot);
    const callees = layOut(below, compare);
    const callers = layOut(above, compare).slice(1).map((box) => ({ ...box, depth: -box.depth, index: box.index + callees.length - 1, parent: box.parent === 0 ? 0 : box.parent + callees.length - 1, isCaller: true }));
    boxes = [...callees, ...callers];
    top = Math.min(0, ...callers.map(({ depth }) => depth));
  }

  const isAncestor = (box, of) => box.depth < of.depth && box.start <= of.start + 1e-9 && box.start + box.width >= of.start + of.width - 1e-9 && box.index < of.index;

  function place(box, from) {
    if (view === 'sandwich') return { left: (box.start - boxes[0].start) / boxes[0].width, width: box.width / boxes[0].width };
    if (box.index === from.index || isAncestor(box, from)) return { left: 0, width: 1 };
    if (box.index < from.index || box.start >= from.start + from.width - 1e-9) return null;
    return { left: (box.start - from.start) / from.width, width: box.width / from.width };
  }

  function draw({ focus = false } = {}) {
    const from = boxes[zoomed];
    const pixels = panel.clientWidth || 800;
    const parts = document.createDocumentFragment();
    let deepest = 0;
    shown = [];
    for (const box of boxes) {
      const at = place(box, from);
      if (!at || at.width * pixels < 0.7) continue;
      shown.push(box.index);
      deepest = Math.max(deepest, box.depth - top);
      parts.append(element(box, at, view !== 'sandwich' && box.index < from.index, pixels));
    }
    if (!shown.includes(active)) active = zoomed;
    panel.replaceChildren(parts);
    panel.style.height = (deepest + 1) * row + 'px';
    reset.disabled = zoomed === 0 && view !== 'sandwich';
    markActive(focus);
    tell();
  }

  function element(box, at, isAbove, pixels) {
    const [, , category] = frames[box.frame];
    const part = document.createElement('div');
    part.className = 'frame' + (isAbove ? ' above' : '') + (matcher ? (box.hit ? ' hit' : ' miss') : '') + (view === 'sandwich' && box.index === 0 ? ' pivot' : '');
    part.style.setProperty('--depth', box.depth - top);
    part.style.left = at.left * 100 + '%';
    part.style.width = at.width * 100 + '%';
    part.style.backgroundColor = colours[category];
    part.dataset.index = box.index;
    part.setAttribute('role', 'treeitem');
    part.setAttribute('aria-level', Math.abs(box.depth) + 1);
    const where = placeOf(frames[box.frame]);
    part.setAttribute('aria-label', nameOf(box.frame) + (where ? ', ' + where : '') + ': ' + words(box) + ', ' + category);
    part.tabIndex = -1;
    if (at.width * pixels > 22) part.textContent = nameOf(box.frame);
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
    if (view === 'sandwich') parts.push('All calls of ' + nameOf(pivot) + ' (' + percent(boxes[0].width) + ' of all): callers above, what it calls below');
    else if (zoomed !== 0) parts.push('Zoomed to ' + nameOf(boxes[zoomed].frame) + ' (' + percent(boxes[zoomed].width) + ' of all)');
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

  function match() { for (const box of boxes) box.hit = matcher !== null && (matcher(nameOf(box.frame)) || matcher(frames[box.frame][1])); }

  function zoomTo(index, focus) {
    hideTip();
    if (view === 'sandwich') { pivot = boxes[index].frame; show('sandwich', focus); return; }
    zoomed = index; active = index; draw({ focus });
  }

  function show(next, focus) {
    if (next === 'sandwich') pivot = view === 'sandwich' ? pivot : boxes[active].parent < 0 ? heaviestLeaf() : boxes[active].frame;
    view = next; zoomed = 0; active = 0;
    panel.classList.toggle('turned', view === 'flame');
    for (const button of viewButtons) button.setAttribute('aria-pressed', String(button.dataset.view === view));
    arrange(); match(); draw({ focus });
  }

  function heaviestLeaf() {
    const self = new Map();
    for (const node of tree) self.set(node.frame, (self.get(node.frame) ?? 0) + node.self);
    return [...self].sort((a, b) => b[1] - a[1])[0][0];
  }

  function all(focus) { hideTip(); if (view === 'sandwich') show('icicle', focus); else zoomTo(0, focus); }

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
    match();
    draw();
    if (problem) status.textContent = problem;
  }

  /** Enter goes from match to match, with Shift backwards. */
  function nextMatch(step) {
    const hits = shown.filter((index) => boxes[index].hit);
    if (hits.length === 0) return;
    const at = hits.indexOf(active);
    active = hits[at < 0 ? (step > 0 ? 0 : hits.length - 1) : (at + step + hits.length) % hits.length];
    markActive(false);
    const part = panel.querySelector('[data-index="' + active + '"]');
    const { left, bottom } = part.getBoundingClientRect();
    part.scrollIntoView({ block: 'nearest' });
    showTip(boxes[active], Math.max(left, 0), bottom - 14);
  }

  function showTip(box, x, y) {
    const line = (text, name) => { const part = document.createElement('div'); part.className = name; part.textContent = text; return part; };
    const frame = frames[box.frame];
    tipped = box.index;
    tip.replaceChildren(line(frame[0], 'name'), ...(frame[1] ? [line(placeOf(frame), 'module')] : []), line(words(box), ''), line(frame[2], 'category'));
    tip.hidden = false;
    const { offsetWidth, offsetHeight } = tip;
    tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - offsetWidth - 8)) + 'px';
    tip.style.top = (y + 18 + offsetHeight > innerHeight ? Math.max(4, y - offsetHeight - 10) : y + 18) + 'px';
  }
  function hideTip() { tip.hidden = true; tipped = -1; }

  const boxOf = (event) => { const part = event.target.closest('.frame'); return part ? boxes[Number(part.dataset.index)] : null; };

  function move(key) {
    const siblings = (parent) => shown.filter((index) => boxes[index].parent === parent);
    const { parent } = boxes[active];
    if (key === 'ArrowUp') return parent;
    if (key === 'ArrowDown') return siblings(active)[0] ?? -1;
    const row = siblings(parent);
    return row[row.indexOf(active) + (key === 'ArrowRight' ? 1 : -1)] ?? -1;
  }

  panel.addEventListener('click', (event) => {
    const box = boxOf(event);
    if (!box) return;
    // A finger cannot hover: the first tap tells, the second one zooms.
    if (event.pointerType === 'touch' && tipped !== box.index) { active = box.index; markActive(false); showTip(box, event.clientX, event.clientY); return; }
    zoomTo(box.index, false);
  });
  panel.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch') return;
    const box = boxOf(event);
    if (box) showTip(box, event.clientX, event.clientY); else hideTip();
  });
  panel.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') hideTip(); });
  document.addEventListener('pointerdown', (event) => { if (event.pointerType === 'touch' && !event.target.closest('.frame')) hideTip(); });
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
    else if (event.key.startsWith('Arrow')) {
      const turned = panel.classList.contains('turned') ? { ArrowUp: 'ArrowDown', ArrowDown: 'ArrowUp' } : {};
      const next = move(turned[event.key] ?? event.key);
      if (next >= 0) { active = next; markActive(true); }
    } else return;
    event.preventDefault();
  });
  // Escape leads back from wherever the reader is: first the words in the search, then the zoom.
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (event.target === search && search.value !== '') { search.value = ''; find(''); event.preventDefault(); }
    else all(panel.contains(document.activeElement));
  });
  search.addEventListener('input', () => find(search.value.trim()));
  search.addEventListener('keydown', (event) => { if (event.key === 'Enter') { nextMatch(event.shiftKey ? -1 : 1); event.preventDefault(); } });
  reset.addEventListener('click', () => all(false));
  for (const button of viewButtons) button.addEventListener('click', () => show(button.dataset.view, false));
  names.addEventListener('click', () => { isByName = !isByName; names.setAttribute('aria-pressed', String(!isByName)); zoomed = 0; active = 0; arrange(); match(); draw(); });
  save.addEventListener('click', () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(speedscopeFile(tree, frames, total, unit, title))], { type: 'application/json' }));
    link.download = 'profile.speedscope.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  let pending = 0;
  addEventListener('resize', () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => draw()); });

  byId('flame-static').hidden = true;
  panel.hidden = false;
  byId('flame-help').hidden = false;
  document.querySelector('.flame-tools').hidden = false;
  panel.setAttribute('role', 'tree');
  panel.setAttribute('aria-label', 'Flame graph');
  arrange();
  draw();
})();
`;
