/** Holds the source tree against the rooms and against the rules that hold in every room. */
import { posix } from 'node:path';
import type { Problem } from '../problem.ts';
import { type Import, readImports } from '../source/read-imports.ts';
import { isGenerated, isTest, type SourceFile } from '../source/source-file.ts';
import { findAmbient } from './ambient-names.ts';
import { findCycles } from './find-cycles.ts';
import { isTestPackage, ROOMS, testMayImport } from './rooms.ts';

type Module = { readonly file: SourceFile; readonly imports: readonly Import[] };

/** Rules that look at one module. Those of whole graphs stand in `GRAPH_RULES`. */
const MODULE_RULES: { readonly [name: string]: (module: Module) => readonly Problem[] } = {
  'every-file-has-a-room': everyFileHasARoom,
  'engine-touches-no-host': engineTouchesNoHost,
  'only-egress-opens-connections': onlyEgressOpensConnections,
  'only-mail-sends-mail': onlyMailSendsMail,
  'tests-stay-out-of-the-product': testsStayOut,
  'no-barrels': noBarrels,
  'no-junk-drawers': noJunkDrawers,
  'imports-carry-their-extension': importsCarryExtension,
  'packages-are-imported-by-name': packagesByName,
};

const GRAPH_RULES: { readonly [name: string]: (modules: readonly Module[]) => readonly Problem[] } = {
  'no-cycles': noCycles,
  'platform-folders-form-no-cycle': noPlatformCycles,
};

/** Every rule there is; the test wants a planted violation for each. */
export const RULES: readonly string[] = [
  ...ROOMS.map((room) => room.name),
  ...Object.keys(MODULE_RULES),
  ...Object.keys(GRAPH_RULES),
];

export function findViolations(files: readonly SourceFile[]): readonly Problem[] {
  const modules = files.map((file) => ({ file, imports: readImports(file) }));
  return [
    ...modules.flatMap(keepsToItsRoom),
    ...modules.flatMap((module) => Object.values(MODULE_RULES).flatMap((rule) => rule(module))),
    ...Object.values(GRAPH_RULES).flatMap((rule) => rule(modules)),
  ];
}

function keepsToItsRoom({ file, imports }: Module): readonly Problem[] {
  const room = ROOMS.find((each) => each.files.test(file.path));
  if (!room) return [];
  const own = room.files.exec(file.path)?.[1] ?? '';
  return imports
    .filter((imported) => !room.mayImport(imported, own))
    .filter((imported) => !(isTest(file.path) && testMayImport(file.path, imported)))
    .map((imported) => problem(room.name, file, imported, `imports ${imported.specifier}; allowed: ${room.allowed}`));
}

function everyFileHasARoom({ file }: Module): readonly Problem[] {
  if (ROOMS.some((room) => room.files.test(file.path))) return [];
  const message = 'lies in no room: move it into one, or add the room and its rule to tools/boundaries/rooms.ts';
  return [{ rule: 'every-file-has-a-room', path: file.path, line: null, message }];
}

function engineTouchesNoHost({ file }: Module): readonly Problem[] {
  if (!file.path.startsWith('engine/src/') || isTest(file.path)) return [];
  return findAmbient(file).map(({ name, line }) => ({
    rule: 'engine-touches-no-host',
    path: file.path,
    line,
    message: `uses ${name}; the engine is pure: take the value as an argument`,
  }));
}

const CLIENTS = new Set(['http', 'https', 'http2', 'dgram', 'undici']);
/** Of `node:http`, what opens nothing. `IncomingMessage` is a type to all who do not serve. */
const HTTP_FACTS = new Set(['STATUS_CODES', 'METHODS', 'IncomingMessage', 'ServerResponse']);

function onlyEgressOpensConnections({ file, imports }: Module): readonly Problem[] {
  if (!/^(app|sdk)\//.test(file.path) || file.path.startsWith('app/platform/egress/') || isOfTests(file.path))
    return [];
  const rule = 'only-egress-opens-connections';
  const right = 'outgoing calls go through app/platform/egress, which checks the address';
  const imported = imports
    .filter(({ target, typeOnly }) => target.kind !== 'file' && !typeOnly && CLIENTS.has(target.name))
    .filter(({ names }) => names.length === 0 || !names.every((name) => HTTP_FACTS.has(name)))
    .map((each) => problem(rule, file, each, `imports ${each.specifier}; ${right}`));
  const called = findAmbient(file)
    .filter(({ name }) => name === 'fetch' || name === 'WebSocket')
    .map(({ name, line }) => ({ rule, path: file.path, line, message: `uses ${name}; ${right}` }));
  return [...imported, ...called];
}

function onlyMailSendsMail({ file, imports }: Module): readonly Problem[] {
  if (file.path.startsWith('app/platform/mail/') || isTest(file.path)) return [];
  return imports
    .filter(({ target }) => target.kind === 'package' && target.name === 'nodemailer')
    .map((each) => problem('only-mail-sends-mail', file, each, 'imports nodemailer; mail leaves by app/platform/mail'));
}

function testsStayOut({ file, imports }: Module): readonly Problem[] {
  const ships = /^(engine|sdk|app|cli)\//.test(file.path) && !isTest(file.path) && !isTestHarness(file.path);
  if (!ships) return [];
  return imports
    .filter((each) => isTestPackage(each) || (each.target.kind === 'file' && isOfTests(each.target.path)))
    .map((each) =>
      problem('tests-stay-out-of-the-product', file, each, `imports ${each.specifier}, which is for tests`),
    );
}

function isOfTests(path: string): boolean {
  return isTest(path) || isTestHarness(path);
}

/** What several tests share: `test-database.ts`, `testing/…`. */
function isTestHarness(path: string): boolean {
  return /(^|\/)(testing|test)\//.test(path) || /(^|\/)test-[^/]*$/.test(path);
}

function noBarrels({ file }: Module): readonly Problem[] {
  if (isGenerated(file.path)) return [];
  const statements = file.program.body;
  const reExports = statements.filter(
    (each) => each.type === 'ExportAllDeclaration' || (each.type === 'ExportNamedDeclaration' && each.source !== null),
  );
  const onlyPassesOn = statements.length > 1 && reExports.length === statements.length;
  const isPublicDoor = posix.basename(file.path) === 'public.ts';
  const isIndex = /^index\.(ts|tsx|mjs)$/.test(posix.basename(file.path));
  if (!isIndex && (!onlyPassesOn || isPublicDoor)) return [];
  const message = 'is a barrel: import each thing from the file that has it';
  return [{ rule: 'no-barrels', path: file.path, line: null, message }];
}

function noJunkDrawers({ file }: Module): readonly Problem[] {
  const drawer = file.path.split('/').find((part) => /^(utils?|helpers?|common|misc|lib)(\.|$)/.test(part));
  if (drawer === undefined) return [];
  const message = `"${drawer}" does not say what is in it: name it for its one concept`;
  return [{ rule: 'no-junk-drawers', path: file.path, line: null, message }];
}

function importsCarryExtension({ file, imports }: Module): readonly Problem[] {
  return imports
    .filter(({ target, specifier }) => target.kind === 'file' && !/\.(tsx?|mts|mjs|json|css|wasm)$/.test(specifier))
    .map((each) =>
      problem('imports-carry-their-extension', file, each, `imports ${each.specifier}; write ${each.specifier}.ts`),
    );
}

function packagesByName({ file, imports }: Module): readonly Problem[] {
  const own = packageOf(file.path);
  return imports.flatMap((each) => {
    const target = each.target.kind === 'file' ? packageOf(each.target.path) : null;
    if (own === null || target === null) return [];
    const relative = each.specifier.startsWith('.');
    const same = target === own;
    if (relative === same) return [];
    const right = same ? 'inside a package imports are relative' : 'another package is imported by its name';
    return [problem('packages-are-imported-by-name', file, each, `imports ${each.specifier}; ${right}`)];
  });
}

function packageOf(path: string): string | null {
  return /^(engine|sdk|app|cli)\//.exec(path)?.[1] ?? null;
}

/** Types vanish at run time and may refer to each other; values may not. */
function noCycles(modules: readonly Module[]): readonly Problem[] {
  const links = modules.flatMap(({ file, imports }) =>
    imports.filter((each) => !each.typeOnly).flatMap((each) => link(file, each, (path) => path)),
  );
  return ringProblems('no-cycles', links);
}

function noPlatformCycles(modules: readonly Module[]): readonly Problem[] {
  const links = modules
    .filter(({ file }) => !isTest(file.path))
    .flatMap(({ file, imports }) => imports.flatMap((each) => link(file, each, platformFolder)));
  return ringProblems('platform-folders-form-no-cycle', links);
}

type Link = { readonly file: SourceFile; readonly imported: Import; readonly from: string; readonly to: string };

function link(file: SourceFile, imported: Import, nodeOf: (path: string) => string | null): readonly Link[] {
  if (imported.target.kind !== 'file') return [];
  const from = nodeOf(file.path);
  const to = nodeOf(imported.target.path);
  return from === null || to === null || from === to ? [] : [{ file, imported, from, to }];
}

/** One problem for each import that is part of a ring. */
function ringProblems(rule: string, links: readonly Link[]): readonly Problem[] {
  const graph = new Map<string, string[]>();
  for (const { from, to } of links) {
    graph.set(from, [...(graph.get(from) ?? []), to]);
    if (!graph.has(to)) graph.set(to, []);
  }
  return findCycles(graph).flatMap((ring) =>
    links
      .filter(({ from, to }) => ring.includes(from) && ring.includes(to))
      .map(({ file, imported }) => problem(rule, file, imported, `closes a ring of ${ring.join(', ')}`)),
  );
}

function platformFolder(path: string): string | null {
  return /^(app\/platform\/[^/]+)\//.exec(path)?.[1] ?? null;
}

function problem(rule: string, file: SourceFile, imported: Import, message: string): Problem {
  return { rule, path: file.path, line: imported.line, message };
}
