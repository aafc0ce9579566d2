/** The JSON Schema of each kind of project file, whole: what `segsync schema` prints. */
import { destinationTypes, loadDestination, loadWarehouse, warehouseNames } from '../../adapters.ts';
import type { World } from '../../world.ts';
import { DESTINATION_KEYS, ownSchema } from '../resolve-destination.ts';
import { TARGET_KEYS } from '../resolve-target.ts';
import * as shapes from '../schema.ts';
import { byType, type Typed, typeDefinitions } from './by-type.ts';
import { valueSchema } from './comparisons.ts';
import { conditionDefinitions, didStepSchema } from './conditions.ts';
import { fromZod } from './from-zod.ts';
import type { JsonSchema, Properties } from './json-schema.ts';
import { columnTestSchema, consentSchema, fieldsSchema, filterSchema, varsSchema } from './mappings.ts';
import { measuredSchema } from './measures.ts';
import { REFERENCE_SCHEMA, withReferences } from './references.ts';
import { testDefinitions, testFileSchema } from './tests.ts';

export const DOCUMENT_KINDS = ['project', 'segment', 'destination', 'test'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** What each kind of file is, for lists of them. */
export const DOCUMENT_TITLES: Readonly<Record<DocumentKind, string>> = {
  project: 'segsync.yaml: targets, entities and their sources, tiers, guards',
  segment: 'a file of segments/: who is in it, and where they are sent',
  destination: 'a file of destinations/: a configured account of a tool',
  test: 'a file of segments/ that ends in _test.yaml: unit tests of one segment',
};

/** The schema, of draft 7; adapters are found by their folders. */
export async function documentSchema(world: World, kind: DocumentKind): Promise<JsonSchema> {
  const { root, definitions } = await DOCUMENTS[kind](world);
  const needed = reachable(root, definitions);
  const whole = withReferences({ ...root, definitions: needed }) as { definitions: Properties };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `segsync ${kind}`,
    description: DOCUMENT_TITLES[kind],
    ...whole,
    definitions: { ...whole.definitions, reference: REFERENCE_SCHEMA },
  };
}

interface Document {
  readonly root: JsonSchema;
  readonly definitions: Properties;
}

const DOCUMENTS: Readonly<Record<DocumentKind, (world: World) => Promise<Document>>> = {
  async project(world) {
    const warehouses = await loadWarehouses(world);
    const own = { vars: { $ref: '#/definitions/vars' } };
    const target = byType(warehouses, own, 'warehouse');
    const definitions = { ...shared(), target, ...typeDefinitions(warehouses, TARGET_KEYS, 'warehouse') };
    return { root: fromZod(shapes.projectSchema), definitions };
  },

  async segment() {
    return { root: fromZod(shapes.segmentSchema), definitions: shared() };
  },

  async destination(world) {
    const destinations = await loadDestinations(world);
    const own = fromZod(ownSchema).properties as Properties;
    const definitions = { ...shared(), ...typeDefinitions(destinations, DESTINATION_KEYS, 'destination') };
    return { root: byType(destinations, own, 'destination'), definitions };
  },

  async test() {
    return { root: testFileSchema(), definitions: testDefinitions() };
  },
};

async function loadWarehouses(world: World): Promise<Typed[]> {
  const names = await warehouseNames(world);
  const loaded = await Promise.all(names.map((name) => loadWarehouse(world, name)));
  return loaded.map((each) => ({ ...each!, type: each!.name, required: [] }));
}

async function loadDestinations(world: World): Promise<Typed[]> {
  const types = await destinationTypes(world);
  const loaded = await Promise.all(types.map((type) => loadDestination(world, type)));
  return loaded.map((each) => {
    const { type, options, secrets, anyTarget } = each!.manifest;
    return { type, options, secrets, required: anyTarget ? [] : ['targets'] };
  });
}

/** The parts that are read on their own, by the names that `schema.ts` calls them. */
function shared(): Properties {
  return {
    entity: fromZod(shapes.entitySchema),
    trait: fromZod(shapes.traitSchema),
    source: fromZod(shapes.sourceSchema),
    identifier: fromZod(shapes.identifierSchema),
    tier: fromZod(shapes.tierSchema),
    sync: fromZod(shapes.syncSchema),
    defaults: fromZod(shapes.defaultsSchema),
    vars: varsSchema(),
    fields: fieldsSchema(),
    consent: consentSchema(),
    filter: filterSchema(),
    column_test: columnTestSchema(),
    value: valueSchema(),
    measured: measuredSchema(),
    step_did: didStepSchema(),
    ...conditionDefinitions(),
    ...testDefinitions(),
  };
}

/** Of the definitions those that the document refers to, at any depth. */
function reachable(root: JsonSchema, definitions: Properties): Properties {
  const found = new Set<string>();
  const visit = (schema: JsonSchema): void => {
    for (const [, name] of JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)) {
      if (found.has(name!) || !definitions[name!]) continue;
      found.add(name!);
      visit(definitions[name!]!);
    }
  };
  visit(root);
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => found.has(name)));
}
