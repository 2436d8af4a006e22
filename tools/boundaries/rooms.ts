/**
 * Who may import whom: docs/architecture.md as code. Every source file lies in exactly one room, the first whose
 * `files` matches; a file in no room is a violation, so a new room comes with its rule.
 */
import type { Import } from '../source/read-imports.ts';

export type Room = {
  /** Also the name of the rule. */
  readonly name: string;
  readonly files: RegExp;
  /** What may be imported, in words; printed with a violation. */
  readonly allowed: string;
  /** `own` is the capture of `files`: the platform folder or the feature. */
  readonly mayImport: (imported: Import, own: string) => boolean;
};

const ENGINE_LIBRARIES = ['@marcbachmann/cel-js', 'croner', 'liquidjs', 're2js', 'temporal-polyfill', 'zod'];

export const ROOMS: readonly Room[] = [
  {
    name: 'engine-is-pure',
    files: /^engine\/src\//,
    allowed: `engine itself, ${ENGINE_LIBRARIES.join(', ')}`,
    mayImport: (imported) => inFolder(imported, 'engine/src/') || isPackage(imported, ENGINE_LIBRARIES),
  },
  {
    name: 'sdk-needs-only-engine-types',
    files: /^sdk\/src\//,
    allowed: 'sdk itself, types of engine, zod',
    mayImport: (imported) =>
      inFolder(imported, 'sdk/src/') ||
      (imported.typeOnly && inFolder(imported, 'engine/src/')) ||
      isPackage(imported, ['zod']),
  },
  {
    name: 'platform-knows-no-product',
    files: /^app\/platform\//,
    allowed: 'npm packages, node, other platform folders, the JSON type of engine',
    mayImport: (imported) =>
      isOutside(imported) || inFolder(imported, 'app/platform/') || matches(imported, /^engine\/src\/json\.ts$/),
  },
  {
    name: 'runtime-knows-no-feature',
    files: /^app\/runtime\//,
    allowed: 'engine, platform, sdk, npm packages, node',
    mayImport: (imported) =>
      isOutside(imported) || inFolder(imported, 'app/runtime/', 'app/platform/', 'engine/src/', 'sdk/src/'),
  },
  {
    name: 'registries-list-features',
    files: /^app\/features\/[^/]+\.generated\.ts$/,
    allowed: 'what it lists in app/features/*/server, types of sdk and engine',
    mayImport: (imported) =>
      matches(imported, /^app\/features\/[^/]+\/server\//) ||
      (imported.typeOnly && inFolder(imported, 'sdk/src/', 'engine/src/')),
  },
  {
    name: 'feature-server-keeps-to-public-doors',
    files: /^app\/features\/([^/]+)\/server\//,
    allowed:
      "its own feature, platform, engine, sdk, runtime/public.ts, another feature's server/public.ts, npm packages, node",
    mayImport: (imported, own) =>
      isOutside(imported) ||
      inFolder(imported, `app/features/${own}/`, 'app/platform/', 'engine/src/', 'sdk/src/') ||
      matches(imported, /^app\/runtime\/public\.ts$/, /^app\/features\/[^/]+\/server\/public\.ts$/),
  },
  {
    name: 'feature-neutral-files-load-anywhere',
    files: /^app\/features\/([^/]+)\/[^/]+\.ts$/,
    allowed: 'neutral files of its own feature, engine, zod',
    mayImport: (imported, own) =>
      isPackage(imported, ['zod']) ||
      inFolder(imported, 'engine/src/') ||
      (imported.target.kind === 'file' && ownNeutral(own).test(imported.target.path)),
  },
  {
    name: 'server-composes-the-server-side',
    files: /^app\/server\//,
    allowed: 'everything of app, engine and sdk, npm packages, node',
    mayImport: (imported) => isOutside(imported) || inFolder(imported, 'app/', 'engine/src/', 'sdk/src/'),
  },
  {
    name: 'cli-uses-engine-and-server-entries',
    files: /^cli\//,
    allowed: 'cli itself, engine, @mainspring/app/server/*.ts, npm packages, node',
    mayImport: (imported) =>
      isOutside(imported) || inFolder(imported, 'cli/', 'engine/src/') || matches(imported, /^app\/server\/[^/]+\.ts$/),
  },
  {
    name: 'outermost-rooms-are-imported-by-none',
    files: /^(tools|bench|e2e|examples|faults|vitest\.[a-z.]+\.ts$|vitest\.config\.ts$)/,
    allowed: 'anything but another outermost room (a test harness of tools aside)',
    mayImport: (imported, own) =>
      !matches(imported, /^(tools|bench|e2e|examples|faults)\//) || inFolder(imported, `${own}/`, 'tools/'),
  },
];

const TEST_PACKAGES = ['fast-check', 'smtp-server', 'vitest'];

/** A test follows the rule of its room, and may besides use these. */
export function testMayImport(path: string, imported: Import): boolean {
  if (imported.target.kind === 'node' || isPackage(imported, TEST_PACKAGES)) return true;
  if (!path.startsWith('app/')) return false;
  if (path.endsWith('.api.test.ts') && inFolder(imported, 'app/server/')) return true;
  return inFolder(imported, 'app/platform/');
}

/** Stands for tests alone: must not be reached by what ships. */
export function isTestPackage(imported: Import): boolean {
  return isPackage(imported, TEST_PACKAGES);
}

function inFolder(imported: Import, ...folders: readonly string[]): boolean {
  const { target } = imported;
  return target.kind === 'file' && folders.some((folder) => target.path.startsWith(folder));
}

function matches(imported: Import, ...patterns: readonly RegExp[]): boolean {
  const { target } = imported;
  return target.kind === 'file' && patterns.some((pattern) => pattern.test(target.path));
}

function isPackage(imported: Import, names: readonly string[]): boolean {
  return imported.target.kind === 'package' && names.includes(imported.target.name);
}

function isOutside(imported: Import): boolean {
  return imported.target.kind !== 'file';
}

function ownNeutral(feature: string): RegExp {
  return new RegExp(`^app/features/${feature}/[^/]+\\.ts$`);
}
