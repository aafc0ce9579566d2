/** What a new project is to be like, and its files. */
import type { DocumentKind } from '../config/json-schema/documents.ts';
import { DOCUMENT_KINDS } from '../config/json-schema/documents.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { World } from '../world.ts';
import { destinationFile, type SampleDestination } from './destination.ts';
import type { NewEntity } from './entity.ts';
import { environmentFile } from './environment.ts';
import { ignoreFile, readmeFile } from './pages.ts';
import { projectFile } from './project-file.ts';
import { modeline, SCHEMA_FOLDER, schemaFiles } from './schema-files.ts';
import type { NewSegment } from './segments.ts';
import { segmentFile } from './segments.ts';
import type { FileTexts } from './write.ts';

export interface NewProject {
  readonly name: string;
  readonly timezone: string;
  readonly warehouse: Warehouse;
  /** The warehouse makes a shop of its own. */
  readonly isSample: boolean;
  readonly entities: readonly NewEntity[];
  readonly segments: readonly NewSegment[];
  readonly destination: SampleDestination;
  /** Lines for people above `entities:`. */
  readonly notes: readonly string[];
}

/** Path from the project -> text. */
export async function newProjectFiles(world: World, project: NewProject): Promise<FileTexts> {
  const files = new Map<string, string>();
  const yaml = (path: string, kind: DocumentKind, text: string): void => {
    files.set(path, modeline(path, kind) + text);
  };
  yaml('segsync.yaml', 'project', projectFile(project));
  for (const segment of project.segments)
    yaml(`segments/${segment.name}.yaml`, 'segment', segmentFile(segment));
  const { destination } = project;
  yaml(`destinations/${destination.name}.yaml`, 'destination', destinationFile(destination));
  const others = {
    ...(project.isSample ? project.warehouse.sample!.files : {}),
    ...environmentFile(project),
    '.gitignore': ignoreFile(destination),
    'README.md': readmeFile(project),
  };
  for (const [path, text] of Object.entries(others)) files.set(path, text);
  for (const [name, text] of await schemaFiles(world, DOCUMENT_KINDS))
    files.set(`${SCHEMA_FOLDER}/${name}`, text);
  return files;
}

/** A target's options: those of the shop that it makes, or the usual ones. */
export function targetOptions({ warehouse, isSample }: NewProject): Readonly<Record<string, string>> {
  return isSample ? warehouse.sample!.options : warehouse.usual;
}
