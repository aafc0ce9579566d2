/** The files of a new project. */
import type { DocumentKind } from '../config/json-schema/documents.ts';
import { DOCUMENT_KINDS } from '../config/json-schema/documents.ts';
import type { World } from '../world.ts';
import { destinationFile } from './destination.ts';
import { environmentFile } from './environment.ts';
import type { NewProject } from './new-project.ts';
import { ignoreFile, readmeFile } from './pages.ts';
import { projectFile } from './project-file.ts';
import { modeline, SCHEMA_FOLDER, schemaFiles } from './schema-files.ts';
import { segmentFile } from './segments.ts';
import type { FileTexts } from './write.ts';

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
