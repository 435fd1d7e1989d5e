/**
 * How the page's script turns the call tree into boxes; plain JavaScript for the reader's browser. A box has a frame, a depth, start and width 0..1 of
 * the whole, its own share and its parent's index; parents come before children.
 */
export const flameViews = String.raw`
  /** The tree again, from the list in which parents come before children. */
  function growTree(nodes, total) {
    const tree = [], path = [];
    for (const [frame, depth, , width, self] of nodes) {
      const node = { frame, width, self: self / total, children: [], parent: depth === 0 ? null : path[depth - 1] };
      path[depth] = node;
      if (node.parent) node.parent.children.push(node);
      tree.push(node);
    }
    return tree;
  }

  function layOut(root, compare) {
    const boxes = [], open = [{ node: root, depth: 0, start: 0, parent: -1 }];
    while (open.length > 0) {
      const { node, depth, start, parent } = open.pop();
      const index = boxes.length;
      boxes.push({ index, node, frame: node.frame, depth, start, width: node.width, self: node.self, parent, hit: false });
      let at = start;
      const below = [...node.children].sort(compare).map((child) => { const one = { node: child, depth: depth + 1, start: at, parent: index }; at += child.width; return one; });
      open.push(...below.reverse());
    }
    return boxes;
  }

  /** All calls of one function as one: who calls it above, what it calls below. Calls of itself inside a call are part of that call. */
  function sandwich(tree, frame) {
    const below = { frame, width: 0, self: 0, children: [], byFrame: new Map() };
    const above = { frame, width: 0, self: 0, children: [], byFrame: new Map() };
    const child = (of, name) => {
      let found = of.byFrame.get(name);
      if (!found) { found = { frame: name, width: 0, self: 0, children: [], byFrame: new Map() }; of.byFrame.set(name, found); of.children.push(found); }
      return found;
    };
    for (const node of tree) {
      if (node.frame !== frame) continue;
      let outer = node.parent;
      while (outer && outer.frame !== frame) outer = outer.parent;
      if (outer) continue;
      above.width += node.width;
      let caller = above;
      for (let up = node.parent; up && up.parent; up = up.parent) { caller = child(caller, up.frame); caller.width += node.width; }
      const open = [[node, below]];
      while (open.length > 0) {
        const [from, to] = open.pop();
        to.width += from.width;
        to.self += from.self;
        for (const one of from.children) open.push([one, child(to, one.frame)]);
      }
    }
    return { above, below };
  }

  /** The same profile for speedscope: every node with work of its own is one weighted stack. */
  function speedscopeFile(tree, frames, total, unit, title) {
    const samples = [], weights = [];
    for (const node of tree) {
      if (!(node.self > 0)) continue;
      const stack = [];
      for (let up = node; up && up.parent; up = up.parent) stack.unshift(up.frame);
      samples.push(stack);
      weights.push(node.self * total);
    }
    const known = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'];
    return {
      $schema: 'https://www.speedscope.app/file-format-schema.json', exporter: 'perf-responder', name: title, activeProfileIndex: 0,
      shared: { frames: frames.map(([name, file, , line]) => ({ name, ...(file ? { file } : {}), ...(line ? { line } : {}) })) },
      profiles: [{ type: 'sampled', name: title, unit: known.includes(unit) ? unit : 'none', startValue: 0, endValue: weights.reduce((sum, one) => sum + one, 0), samples, weights }],
    };
  }
`;
