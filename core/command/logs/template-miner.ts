/**
 * Groups log lines by the message that they share, in one pass and bounded memory: Drain (He et al., ICWS 2017). Lines of the same number of words
 * and the same first words lie in one leaf; there the most similar template takes the line, and words that differ become `<*>`.
 */
interface Group {
  words: string[];
  number: number;
}

interface TreeNode {
  children: Map<string, TreeNode>;
  groups: Group[];
}

/** Values of the paper and of its reference implementation. */
const treeDepth = 4;
const leastSimilarity = 0.4;
const mostChildren = 100;
/** The tree's first two levels are its root and the number of words. */
const prefixWords = treeDepth - 2;
const anyWord = '<*>';

function emptyNode(): TreeNode {
  return { children: new Map(), groups: [] };
}

function hasDigit(word: string): boolean {
  return /\d/.test(word);
}

interface Match {
  similarity: number;
  wildcards: number;
}

function matchOf(words: readonly string[], line: readonly string[]): Match {
  let same = 0;
  let wildcards = 0;
  for (const [index, word] of words.entries()) {
    if (word === anyWord) wildcards += 1;
    else if (word === line[index]) same += 1;
  }
  return { similarity: words.length === 0 ? 1 : same / words.length, wildcards };
}

export class TemplateMiner {
  readonly #root = emptyNode();
  readonly #groups: Group[] = [];

  /** Adds one masked line and returns the number of its group. */
  add(line: string): number {
    const words = line.split(/\s+/).filter((word) => word !== '');
    const best = this.#closest(this.#search(words)?.groups ?? [], words);
    if (best === null) {
      const group: Group = { words, number: this.#groups.length };
      this.#groups.push(group);
      this.#insert(words).groups.push(group);
      return group.number;
    }
    best.words = best.words.map((word, index) => (word === words[index] ? word : anyWord));
    return best.number;
  }

  /** The template of a group as it is now: words become `<*>` while lines come in. */
  templateOf(group: number): string {
    return this.#groups[group]?.words.join(' ') ?? '';
  }

  #closest(groups: readonly Group[], line: readonly string[]): Group | null {
    let best: Group | null = null;
    let of: Match = { similarity: -1, wildcards: -1 };
    for (const group of groups) {
      const match = matchOf(group.words, line);
      if (match.similarity < of.similarity || (match.similarity === of.similarity && match.wildcards <= of.wildcards)) continue;
      best = group;
      of = match;
    }
    return of.similarity >= leastSimilarity ? best : null;
  }

  /** Down the tree by the first words; null: no line of this shape was seen. */
  #search(words: readonly string[]): TreeNode | null {
    let node = this.#root.children.get(String(words.length));
    for (const word of this.#prefix(words)) node = node?.children.get(word) ?? node?.children.get(anyWord);
    return node ?? null;
  }

  #insert(words: readonly string[]): TreeNode {
    let node = this.#child(this.#root, String(words.length));
    for (const word of this.#prefix(words)) node = this.#child(node, this.#key(node, word));
    return node;
  }

  /** A last word is compared in the leaf, it leads no further down. */
  #prefix(words: readonly string[]): readonly string[] {
    return words.slice(0, Math.min(prefixWords - 1, words.length - 1));
  }

  /** Words with digits are values, and a node with too many children has met a value: both go the wildcard's way. */
  #key(node: TreeNode, word: string): string {
    if (node.children.has(word)) return word;
    if (hasDigit(word)) return anyWord;
    const room = node.children.has(anyWord) ? mostChildren : mostChildren - 1;
    return node.children.size < room ? word : anyWord;
  }

  #child(node: TreeNode, key: string): TreeNode {
    const known = node.children.get(key);
    if (known !== undefined) return known;
    const fresh = emptyNode();
    node.children.set(key, fresh);
    return fresh;
  }
}
