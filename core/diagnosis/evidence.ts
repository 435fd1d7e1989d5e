import type { Evidence } from '../model/diagnosis.js';

/** Numbers evidence in the order in which it is entered, so that the same input always gives the same ids. */
export class EvidenceBook {
  readonly #entries: Evidence[] = [];

  add(kind: Evidence['kind'], summary: string, artifact: string | null): string {
    const known = this.#entries.find((entry) => entry.kind === kind && entry.summary === summary);
    if (known !== undefined) return known.id;
    const id = `E${this.#entries.length + 1}`;
    this.#entries.push({ id, kind, summary, artifact });
    return id;
  }

  list(): Evidence[] {
    return [...this.#entries];
  }
}
