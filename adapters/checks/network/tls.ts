import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls';
import { judged, type Finding } from '../../../core/command/checks/check.js';
import type { Check } from '../check.js';
import { withinDeadline } from '../time-limit.js';
import { addressesOf, isName } from './addresses.js';

const withinMs = 5_000;
const dayMs = 86_400_000;
/** ACME clients renew 30 days before the end: three weeks left means that renewal has failed for nine days. Three days leave a weekend. */
const warnDays = 21;
const failDays = 3;

export interface TlsLook {
  certificate: Pick<PeerCertificate, 'valid_from' | 'valid_to' | 'subjectaltname'>;
  /** Why a client that checks would refuse; null: it would not. */
  chainError: string | null;
  nameError: string | null;
  protocol: string | null;
}

/** A handshake that refuses nothing, so that what is wrong can be told. */
function shakeHands(host: string, port: number, signal: AbortSignal): Promise<TlsLook> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ...(isName(host) ? { servername: host } : {}) });
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const nameError = checkServerIdentity(host, certificate)?.message ?? null;
      const { authorizationError } = socket;
      // Types say Error; Node gives its code as a text.
      const chainError: unknown = socket.authorized ? null : authorizationError;
      resolve({
        certificate,
        chainError:
          chainError === null ? null : chainError instanceof Error ? chainError.message : JSON.stringify(chainError).replaceAll('"', ''),
        nameError,
        protocol: socket.getProtocol(),
      });
      socket.destroy();
    });
  });
}

/** What a client would say of it, the worst first. */
export function judgeCertificate(
  host: string,
  port: number,
  { certificate, chainError, nameError, protocol }: TlsLook,
  nowMs: number,
): Finding {
  const command = `openssl s_client -connect ${host}:${port} -servername ${host} </dev/null | openssl x509 -noout -dates -subject -ext subjectAltName`;
  const days = Math.floor((Date.parse(certificate.valid_to) - nowMs) / dayMs);
  const until = new Date(certificate.valid_to).toISOString().slice(0, 10);
  const detail = `${protocol ?? 'TLS'}, valid until ${until}, ${days} days left`;
  const fails = (words: string, remedy: string): Finding => ({
    verdict: 'fail',
    value: days,
    limit: failDays,
    detail: `${words}; ${detail}`,
    command,
    remedy,
  });
  if (days < 0 || chainError === 'CERT_HAS_EXPIRED') return fails('the certificate has expired', 'Renew it (runbook renew-certificate).');
  if (Date.parse(certificate.valid_from) > nowMs)
    return fails('the certificate is not valid yet', 'Compare the clocks of this machine and of the issuer.');
  if (nameError !== null)
    return fails(
      `${nameError}; the certificate names ${certificate.subjectaltname ?? 'nothing'}`,
      `Serve a certificate that names ${host}.`,
    );
  if (chainError !== null)
    return fails(
      `clients refuse the chain (${chainError})`,
      'Serve the intermediate certificates, too; of an authority of your own, name its file in NODE_EXTRA_CA_CERTS here.',
    );
  return judged(
    days,
    { warn: warnDays, fail: failDays, isLess: true },
    { detail, command, remedy: 'Renew it (runbook renew-certificate), and look why that did not happen by itself.' },
  );
}

export const tls: Check = {
  id: 'network.tls',
  area: 'network',
  title: 'certificates: chain, host name, days left',
  plan: (world) =>
    addressesOf(world)
      .filter(({ isTls }) => isTls)
      .map(({ host, port }) => ({
        target: `${host}:${port}`,
        look: async (signal): Promise<Finding> => {
          try {
            return judgeCertificate(
              host,
              port,
              await withinDeadline(signal, withinMs, (limit) => shakeHands(host, port, limit)),
              Date.now(),
            );
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            return {
              verdict: 'fail',
              value: null,
              limit: null,
              detail: `no TLS with it: ${why}`,
              command: `openssl s_client -connect ${host}:${port} -servername ${host}`,
              remedy: 'See whether it listens (network.tcp), and whether it speaks TLS there.',
            };
          }
        },
      })),
};
