/** Commands for an operator that work against the server at hand, not only against one on this machine. */

/** What a command has to know of the server. */
export interface OperatedServer {
  /** HOST:PORT */
  address: string;
  namespace: string;
  hasTls: boolean;
  hasApiKey: boolean;
}

/** Namespaces of Temporal Cloud are managed by its own program; endpoints are `<namespace>.<account>.tmprl.cloud` or `<region>.<cloud>.api.temporal.io`. */
export function isTemporalCloud(address: string): boolean {
  return /\.(?:tmprl\.cloud|api\.temporal\.io)(?::\d+)?$/.test(address);
}

/** `temporal …` with address, namespace and how to be let in. Keys and certificates are named by their variables, never written out. */
export function temporalCommand(words: string, { address, namespace, hasTls, hasApiKey }: OperatedServer): string {
  const access = hasApiKey
    ? ' --api-key "$TEMPORAL_API_KEY"'
    : hasTls
      ? ' --tls-cert-path "$TEMPORAL_TLS_CLIENT_CERT_PATH" --tls-key-path "$TEMPORAL_TLS_CLIENT_KEY_PATH"'
      : '';
  return `temporal ${words} --address ${address} --namespace ${namespace}${access}`;
}
