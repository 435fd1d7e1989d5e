/** Reference to something too large for a workflow history. `path` is inside the artifact store, content-addressed. */
export interface ArtifactRef {
  name: string;
  path: string;
  kind: string;
  sizeBytes: number;
  sha256: string;
}
