/** The JSON Schemas as files, and the line by which a YAML file names its own. */
import { posix } from 'node:path';
import { type DocumentKind, documentSchema } from '../config/json-schema/documents.ts';
import type { World } from '../world.ts';
import type { FileTexts } from './write.ts';

/** Where a project keeps them, for editors that work without a network. */
export const SCHEMA_FOLDER = '.segsync/schemas';

/** A schema as it is printed and written. */
export async function documentText(world: World, kind: DocumentKind): Promise<string> {
  return `${JSON.stringify(await documentSchema(world, kind), undefined, 2)}\n`;
}

/** File name -> text. */
export async function schemaFiles(world: World, kinds: readonly DocumentKind[]): Promise<FileTexts> {
  const texts = kinds.map(async (kind) => [`${kind}.json`, await documentText(world, kind)] as const);
  return new Map(await Promise.all(texts));
}

/** The comment that names the schema of the YAML file at `path` of the project. */
export function modeline(path: string, kind: DocumentKind): string {
  const schema = posix.relative(posix.dirname(path), `${SCHEMA_FOLDER}/${kind}.json`);
  return `# yaml-language-server: $schema=${schema}\n`;
}
