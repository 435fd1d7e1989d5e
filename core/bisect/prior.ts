import type { CommitInfo } from '../model/bisect.js';

const dependencies =
  /(^|\/)(package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(mod|sum)|cargo\.(toml|lock)|pom\.xml|build\.gradle(\.kts)?|requirements[^/]*\.txt|poetry\.lock|pyproject\.toml|gemfile(\.lock)?|dockerfile[^/]*|makefile)$/i;
const configuration = /(^|\/)(config|settings|migrations?)\/|\.(ya?ml|toml|ini|conf|env|sql)$/i;
const harmless = /(^|\/)(docs?|tests?|__tests__|spec|examples?)\/|\.(md|txt|rst|adoc)$|\.(test|spec)\.[a-z]+$/i;

/** Weights of knowledge §B3: what the localizer named ten times, dependencies, build and configuration three times, documents and tests hardly, never zero. */
export function commitWeight(commit: Pick<CommitInfo, 'files'>, hints: { files: readonly string[] }): number {
  const { files } = commit;
  if (files.length === 0) return 1;
  if (files.some((file) => hints.files.some((hint) => hint === file || hint.endsWith(`/${file}`) || file.endsWith(`/${hint}`)))) return 10;
  if (files.every((file) => harmless.test(file) && !dependencies.test(file))) return 0.05;
  return files.some((file) => dependencies.test(file) || configuration.test(file)) ? 3 : 1;
}
