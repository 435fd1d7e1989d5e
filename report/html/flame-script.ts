/**
 * The interactive flame graph. It reads the tree from the JSON block of the page and only ever sets text content and attributes, so no name of a
 * frame can become markup.
 */
export const flameScript = `
(() => {
  const source = document.getElementById('flame-data');
  const host = document.getElementById('flame');
  if (!source || !host) return;
  const { root, colors } = JSON.parse(source.textContent);
  const detail = document.getElementById('flame-detail');
  const search = document.getElementById('flame-search');
  const matched = document.getElementById('flame-matched');
  const ns = 'http://www.w3.org/2000/svg';
  const row = 18;
  let zoomed = root;
  const link = (node, parent) => { node.parent = parent; node.children.forEach((child) => link(child, node)); };
  link(root, null);
  const percent = (value) => (value * 100).toFixed(value < 0.1 ? 1 : 0) + ' %';
  const describe = (node) => node.frame + (node.module ? ' (' + node.module + ')' : '') + ': ' + percent(node.total / root.total) + ' of the samples, self ' + percent(node.self / root.total) + ', ' + node.category;
  let pattern = null;
  const matches = (node) => pattern !== null && (pattern.test(node.frame) || pattern.test(node.module));
  function share(node, inside) {
    const hit = inside || matches(node);
    return hit ? node.total : node.children.reduce((sum, child) => sum + share(child, false), 0);
  }
  function draw() {
    const width = Math.max(320, host.clientWidth);
    const chain = [];
    for (let node = zoomed.parent; node; node = node.parent) chain.unshift(node);
    const boxes = chain.map((node, depth) => ({ node, depth, left: 0, width: 1 }));
    const pending = [{ node: zoomed, depth: chain.length, left: 0, width: 1 }];
    while (pending.length > 0) {
      const box = pending.pop();
      boxes.push(box);
      let left = box.left;
      for (const child of box.node.children) {
        const part = child.total / zoomed.total;
        if (part * width >= 1) pending.push({ node: child, depth: box.depth + 1, left, width: part });
        left += part;
      }
    }
    const depth = boxes.reduce((most, box) => Math.max(most, box.depth), 0);
    const svg = document.createElementNS(ns, 'svg');
    svg.setAttribute('class', 'flame');
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String((depth + 1) * row));
    svg.setAttribute('role', 'group');
    svg.setAttribute('aria-label', 'Flame graph, root on top');
    for (const box of boxes) {
      const group = document.createElementNS(ns, 'g');
      group.setAttribute('tabindex', '0');
      group.setAttribute('role', 'button');
      group.setAttribute('aria-label', describe(box.node));
      group.setAttribute('class', box.depth < chain.length ? 'above' : matches(box.node) ? 'hit' : '');
      const rect = document.createElementNS(ns, 'rect');
      rect.setAttribute('x', (box.left * width).toFixed(1));
      rect.setAttribute('y', String(box.depth * row));
      rect.setAttribute('width', Math.max(0.5, box.width * width - 0.5).toFixed(1));
      rect.setAttribute('height', String(row - 1));
      rect.setAttribute('fill', colors[box.node.category] || '#bbb');
      group.append(rect);
      const letters = Math.floor((box.width * width - 6) / 6.6);
      if (letters >= 3) {
        const text = document.createElementNS(ns, 'text');
        text.setAttribute('x', (box.left * width + 3).toFixed(1));
        text.setAttribute('y', String(box.depth * row + 13));
        text.textContent = box.node.frame.length > letters ? box.node.frame.slice(0, letters - 1) + '…' : box.node.frame;
        group.append(text);
      }
      const zoom = () => { zoomed = box.node; draw(); const first = host.querySelectorAll('g')[chainLength(zoomed)]; if (first) first.focus(); };
      group.addEventListener('click', zoom);
      group.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); zoom(); }
        if (event.key === 'Escape') { zoomed = root; draw(); }
      });
      const tell = () => { detail.textContent = describe(box.node); };
      group.addEventListener('mouseenter', tell);
      group.addEventListener('focus', tell);
      svg.append(group);
    }
    host.replaceChildren(svg);
    matched.textContent = pattern === null ? '' : 'matched: ' + percent(share(root, false) / root.total);
  }
  const chainLength = (node) => { let length = 0; for (let up = node.parent; up; up = up.parent) length += 1; return length; };
  search.addEventListener('input', () => {
    const text = search.value;
    try { pattern = text === '' ? null : new RegExp(text, 'i'); } catch { pattern = new RegExp(text.replace(/[.*+?^\${}()|[\\]\\\\]/g, '\\\\$&'), 'i'); }
    draw();
  });
  document.getElementById('flame-reset').addEventListener('click', () => { zoomed = root; pattern = null; search.value = ''; draw(); });
  document.getElementById('flame-controls').hidden = false;
  let timer = 0;
  addEventListener('resize', () => { clearTimeout(timer); timer = setTimeout(draw, 100); });
  draw();
})();
`;
