/** What was acquired is given back in reverse order, once, and all of it, even when one release fails. */
export interface Releasers {
  add(name: string, release: () => Promise<void> | void): void;
  /** Resolves with what went wrong on the way. Calls at the same time share the work. */
  releaseAll(): Promise<string[]>;
}

export function createReleasers(): Releasers {
  const releases: { name: string; release: () => Promise<void> | void }[] = [];
  let running: Promise<string[]> | null = null;
  const work = async (): Promise<string[]> => {
    const problems: string[] = [];
    for (let next = releases.pop(); next !== undefined; next = releases.pop()) {
      try {
        await next.release();
      } catch (error) {
        problems.push(`${next.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    running = null;
    return problems;
  };
  return {
    add: (name, release) => {
      releases.push({ name, release });
    },
    releaseAll: () => (running ??= work()),
  };
}
