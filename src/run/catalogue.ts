/** The types of destination there are, as their manifests tell. */
import { z } from 'zod';
import { loadDestination } from '../adapters.ts';
import type { Manifest } from '../destination/destination.ts';
import type { DestinationReport, OptionReport } from '../report/results.ts';
import type { World } from '../world.ts';

/** Of types that there are, in their order. */
export function readCatalogue(world: World, types: readonly string[]): Promise<DestinationReport[]> {
  return Promise.all(types.map(async (type) => reportOf((await loadDestination(world, type))!.manifest)));
}

function reportOf(manifest: Manifest): DestinationReport {
  return {
    type: manifest.type,
    title: manifest.title,
    does: manifest.does,
    ...(manifest.kinds === undefined ? {} : { matches_by: manifest.kinds }),
    needs_targets: !manifest.anyTarget,
    takes_fields: manifest.takesFields,
    takes_events: manifest.takesEvents,
    lists_members: manifest.listsMembers,
    operations: manifest.operations,
    batch: manifest.batch,
    concurrency: manifest.concurrency,
    verified: manifest.verified,
    options: optionsOf(manifest),
  };
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
}

function optionsOf({ options, secrets }: Manifest): OptionReport[] {
  const schema = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, option]) => {
    const values = option.enum ?? option.items?.enum;
    return {
      name,
      required: schema.required?.includes(name) ?? false,
      secret: secrets.includes(name),
      description: option.description ?? '',
      ...(option.default === undefined ? {} : { default: option.default }),
      ...(values === undefined ? {} : { values }),
    };
  });
}
