/** The JSON Schemas as editors see them, and whether a file passes. */
import type { ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { TEST_FILE } from '../../../../src/config/find.ts';
import {
  DOCUMENT_KINDS,
  type DocumentKind,
  documentSchema,
} from '../../../../src/config/json-schema/documents.ts';
import { realWorld } from '../../../../src/world.ts';

/** Made once: it listens to the process's own streams. */
const real = realWorld();

const ajv = new Ajv({ strict: false, validateFormats: false });
const validators = new Map<DocumentKind, ValidateFunction>();
for (const kind of DOCUMENT_KINDS) {
  validators.set(kind, ajv.compile(await documentSchema(real, kind)));
}

/** What the schema has against a file; empty when it passes. */
export function refusals(kind: DocumentKind, text: string): string[] {
  const validate = validators.get(kind)!;
  if (validate(parse(text))) return [];
  return validate.errors!.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** The kind of file that a path of a project is; undefined: none of them. */
export function kindOf(path: string): DocumentKind | undefined {
  if (/(^|\/)segsync\.yaml$/.test(path)) return 'project';
  if (TEST_FILE.test(path)) return 'test';
  if (/(^|\/)segments\/.*\.ya?ml$/.test(path)) return 'segment';
  return /(^|\/)destinations\/.*\.ya?ml$/.test(path) ? 'destination' : undefined;
}
