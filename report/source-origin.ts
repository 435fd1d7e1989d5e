/** Where the source of the observed service is, as far as the catalog says. */
export interface SourceOrigin {
  /** Absolute folder on the service's host; null = derive it from the paths themselves. */
  root: string | null;
  /** Address of the repository for people, or a pattern with `{path}` and `{line}`; null = no links. */
  url: string | null;
}
