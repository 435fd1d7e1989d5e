/** Follows docs/add-a-*.md to the letter: their files and their registry lines, in a copy of the product. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

interface Instructions {
  /** Path in the project and content. */
  files: { path: string; code: string }[];
  /** The registry, the import line, and the list that gets the name it imports. */
  entries: { path: string; line: string; list: string }[];
  fixtures: { path: string; text: string }[];
}

/** The fenced blocks of a page: ```ts file=PATH is a file, ```ts entry=PATH list=NAME a line of a registry, ```yaml fixture=PATH a fixture. */
export function instructionsOf(page: string): Instructions {
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^```(?:ts|yaml) (file|entry|fixture)=(\S+)(?: list=(\S+))?\n([\s\S]*?)^```$/gm)];
  const pick = (kind: string) => blocks.filter((block) => block[1] === kind);
  return {
    files: pick('file').map(([, , path = '', , code = '']) => ({ path, code })),
    entries: pick('entry').map(([, , path = '', list = '', code = '']) => ({ path, line: code.trim(), list })),
    fixtures: pick('fixture').map(([, , path = '', , text = '']) => ({ path, text })),
  };
}

/** A new text for a file that may share its bytes with the original. */
function write(path: string, text: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, text);
}

/** One import, and the name that it imports at the end of the list: all that a registry asks for. */
function withEntry(registry: string, { line, list }: { line: string; list: string }): string {
  const name = /\{ (\w+) \}/.exec(line)?.[1] ?? '';
  const pattern = new RegExp(`(const ${list}\\b[^\\n]*? = \\[)([\\s\\S]*?)(,?\\s*\\](?: as const)?;)`);
  if (!pattern.test(registry)) throw new Error(`expected a list ${list} in the registry`);
  return `${line}\n${registry.replace(pattern, (_, open: string, members: string, close: string) => `${open}${members}, ${name}${close.replace(/^,/, '')}`)}`;
}

/** A copy of sources and build that shares the bytes of what is not changed. */
export async function copyProduct(to: string): Promise<void> {
  const parts = ['core', 'report', 'adapters', 'config', 'workflows', 'activities', 'worker', 'client', 'bin', 'dist'];
  await mkdir(to, { recursive: true });
  await promisify(execFile)('cp', ['-al', ...[...parts, 'main.ts', 'package.json', 'tsconfig.json'].map((part) => resolve(part)), to]);
  await symlink(resolve('node_modules'), join(to, 'node_modules'));
}

function compile(project: string, path: string): void {
  const source = readFileSync(join(project, path), 'utf8');
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  write(join(project, 'dist', path.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions: options }).outputText);
}

export function follow(project: string, { files, entries, fixtures }: Instructions): void {
  for (const { path, code } of files) write(join(project, path), code);
  for (const entry of entries) write(join(project, entry.path), withEntry(readFileSync(join(project, entry.path), 'utf8'), entry));
  for (const { path, text } of fixtures) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  for (const { path } of [...files, ...entries]) compile(project, path);
}

/** Problems of the type checker in the given files of the copy. */
export async function typeProblems(project: string): Promise<string> {
  const settings = {
    extends: './tsconfig.json',
    compilerOptions: { noEmit: true, incremental: false },
    include: ['core/**/registry.ts', 'adapters/*/registry.ts', 'worker/captures/registry.ts', 'client/hook/sources/registry.ts'],
    exclude: [],
  };
  writeFileSync(join(project, 'tsconfig.check.json'), JSON.stringify(settings));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  return await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.check.json'], {
    cwd: project,
    maxBuffer: 16 * 1024 * 1024,
  }).then(
    () => '',
    (error: unknown) => (error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)),
  );
}
