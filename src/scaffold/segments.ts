/** Segments to begin with. */
import { yamlText } from './yaml-text.ts';

export interface NewSegment {
  readonly name: string;
  readonly description: string;
  readonly entity: string;
  readonly tier: string;
  readonly where: unknown;
  readonly sync: readonly unknown[];
}

export function segmentFile({ name: _, sync, ...segment }: NewSegment): string {
  return yamlText({ ...segment, ...(sync.length > 0 ? { sync } : {}) });
}

/** What can be said of any entity: all of it, and a share for measuring. */
export function firstSegments(
  entity: { name: string; key: { value: string } },
  destination: string,
): NewSegment[] {
  return [
    {
      name: 'everyone',
      description: `Every ${entity.name}: a first look at the table`,
      entity: entity.name,
      tier: 'daily',
      where: { trait: entity.key.value, is_null: false },
      sync: [],
    },
    {
      name: 'holdout',
      description: 'A tenth of them, always the same ones, to measure against',
      entity: entity.name,
      tier: 'daily',
      where: { share: { of: 'holdout', below: '10%' } },
      sync: [{ to: destination }],
    },
  ];
}
