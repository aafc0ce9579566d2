/** What every destination must offer to the shared story: a way to open it, and its consumer's view. */
import { loadDestination } from '../../../src/adapters.ts';
import type {
  Batch,
  Change,
  DestinationSession,
  FieldValue,
  Operation,
  Outcome,
  Receipt,
} from '../../../src/destination/destination.ts';
import { sha256 } from '../../../src/destination/normalise.ts';
import { parseInstant } from '../../../src/instant.ts';
import { realWorld, type World } from '../../../src/world.ts';

export interface ConsumedMember {
  readonly identifiers: Record<string, string>;
  readonly fields: Record<string, unknown>;
}

export interface Harness {
  readonly session: DestinationSession;
  /** The audience as somebody who reads the destination would rebuild it. */
  members(audience: string): Promise<ReadonlyMap<string, ConsumedMember>>;
  /** Everything the destination got, as text. */
  raw(): Promise<string>;
  close(): Promise<void>;
}

/** One for all tests: each real world listens to the process’s streams. */
export const WORLD = realWorld();

export const CAUSED_AT = parseInstant('2026-11-22T09:59:58.123456Z', 'UTC')!;

/** Opens the adapter `type` as the core does: options through its schema, then `open`. */
export async function openDestination(
  type: string,
  root: string,
  options: Record<string, unknown>,
  world: World = WORLD,
): Promise<DestinationSession> {
  const destination = (await loadDestination(world, type))!;
  const checked = destination.manifest.options.parse(options) as Record<string, unknown>;
  return destination.open({ world, name: `my_${type}`, root, options: checked });
}

export function change(
  op: Operation,
  key: string,
  identifiers: Record<string, string> = {},
  fields: Record<string, FieldValue> = {},
): Change {
  return { op, key, identifiers, fields, causedAt: CAUSED_AT };
}

let batches = 0;

/** A batch of changes of one operation, to audience `name`. */
export function batch(changes: readonly Change[], name = 'vip', ref = name): Batch {
  batches += 1;
  const id = `batch-${batches}`;
  return {
    id,
    idOf: ({ key }) => sha256(`${id} ${key}`),
    op: changes[0]?.op ?? 'add',
    sync: 'vip.hook',
    segment: 'vip',
    audience: { name, ref },
    kinds: { email: 'email', phone: 'phone', external_id: 'external_id' },
    changes,
    events: false,
  };
}

export function receiptsOf(outcome: Outcome): readonly Receipt[] {
  if ('refused' in outcome) throw new Error(`the batch was refused: ${outcome.refused.code}`);
  return outcome.receipts;
}

export function kindsOf(outcome: Outcome): string[] {
  return receiptsOf(outcome).map((receipt) => receipt.kind);
}
