/** `mode: on_enter`: one event for each member who enters, and none for those who were only found to be there. */
import { afterEach, describe, expect, it } from 'vitest';
import { engines } from '../engines.ts';
import { Story, sql } from './story.ts';

const BUYERS = { buyers: '{did: bought}' };

let story: Story | undefined;
afterEach(async () => {
  await story?.end();
  story = undefined;
});

function bought(customer: number, time: string): string {
  return `INSERT INTO shop.events VALUES (${customer}, 'bought', ${sql(time)}, 1, 1, NULL, ${sql(time)})`;
}

/** Takes back what a customer bought, as an edit that the cursor shows. */
function returned(customer: number, time: string): string {
  return `UPDATE shop.events SET name = 'returned', seen_at = ${sql(time)} WHERE customer_id = ${customer}`;
}

describe.each(engines)('on $name', (engine) => {
  async function begin(sync: string): Promise<Story> {
    story = await Story.begin(engine, BUYERS, { sync: `mode: on_enter, ${sync}` });
    await story.change(bought(1, '07:00'));
    await story.tick('08:00', { buyers: [1] });
    return story;
  }

  /** Keys that events were sent for, in order. */
  const events = async (): Promise<number[]> => {
    const lines = await story!.product.lines('buyers');
    expect(lines.every(({ op }) => op === 'add')).toBe(true);
    return lines.map(({ key }) => Number(key));
  };

  it('whoever enters, once an entry', async () => {
    await begin('fields: {plan: {trait: plan}}');
    expect(await events()).toEqual([]);
    await story!.change(bought(2, '08:01'));
    await story!.tick('08:02', { buyers: [1, 2] });
    await story!.tick('08:03', { buyers: [1, 2] });
    expect(await events()).toEqual([2]);
    await story!.change(returned(2, '08:04'), returned(1, '08:04'));
    await story!.tick('08:05', { buyers: [] });
    await story!.change(bought(2, '08:06'), bought(1, '08:06'));
    await story!.tick('08:07', { buyers: [1, 2] });
    expect(await events()).toEqual([2, 1, 2]);
  });

  it('not twice within `again_after`', async () => {
    await begin('again_after: 1h');
    const again = async (out: string, back: string): Promise<void> => {
      await story!.change(returned(2, out));
      await story!.tick(out, { buyers: [1] });
      await story!.change(bought(2, back));
      await story!.tick(back, { buyers: [1, 2] });
    };
    await again('08:05', '08:10');
    expect(await events()).toEqual([2]);
    await again('08:20', '08:30');
    expect(await events()).toEqual([2]);
    await again('09:05', '09:15');
    expect(await events()).toEqual([2, 2]);
  });

  it('not whom a full pass or another definition finds, and none of those is lost who enter meanwhile', async () => {
    await begin('fields: {plan: {trait: plan}}');
    await story!.tick('08:01', { buyers: [1] }, { full: true, mode: 'full' });
    await story!.change(`INSERT INTO shop.events VALUES (3, 'bought', NULL, 1, 1, NULL, ${sql('06:00')})`);
    await story!.tick('08:02', { buyers: [1] });
    await story!.tick('08:03', { buyers: [1, 3] }, { full: true, mode: 'full' });
    expect(await events()).toEqual([]);
    await story!.change(bought(2, '08:04'));
    await story!.tick('08:05', { buyers: [1, 2, 3] });
    expect(await events()).toEqual([2]);
  });

  it('not whom the daily look finds, though others enter in the same run', async () => {
    await begin('fields: {plan: {trait: plan}}');
    await story!.change(
      `INSERT INTO shop.events VALUES (3, 'bought', NULL, 1, 1, NULL, ${sql('06:00')})`,
      bought(2, '08:59'),
    );
    const report = await story!.tick('09:00', { buyers: [1, 2, 3] });
    expect(report.segments[0]).toMatchObject({ entered: 2, members: 3, drift: { corrected: 1 } });
    expect(await events()).toEqual([2]);
  });

  it('with `backfill`, whoever is there at the first load', async () => {
    await begin('backfill: true');
    expect(await events()).toEqual([1]);
    await story!.tick('08:01', { buyers: [1] }, { full: true, mode: 'full' });
    expect(await events()).toEqual([1]);
  });
});
