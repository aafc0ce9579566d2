/** A run's statements tell the warehouse whose they are, so that its bill can be split by segment and sync. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from '../../src/report/results.ts';
import { Dice } from '../brute-force/dice.ts';
import { openRig, type Rig } from '../chaos/rig.ts';
import { SHOP, shopFiles, Traffic } from '../chaos/shop.ts';
import { engines } from '../engines.ts';
import { relayStatements, type StatementRelay } from '../statement-relay.ts';
import { build } from './segsync.ts';

/** What grows with the customers or with what is sent: the shop's tables, members, changes, what the other side has. */
const WORK = /\bshop\.|\bsegsync\.(membership|changes|ticks|ledger|rejections|batches)\b|\bsegsync_\w/;
/** Questions about a table rather than its rows. */
const CATALOG = /\bpg_catalog\./;
const SYNCS: readonly (readonly [string, string])[] = [
  ['buyers.hook', 'buyers'],
  ['inside.hook', 'inside'],
  ['inside.everyone', 'inside'],
];

describe('PostgreSQL', () => {
  let rig: Rig;
  let relay: StatementRelay;
  const traffic = new Traffic(new Dice(5));
  beforeAll(async () => {
    await build();
    rig = await openRig(engines[1]!, shopFiles);
    await rig.change([...SHOP, ...traffic.next(30)]);
    relay = await relayStatements(String(rig.opened.target.url));
    await rig.write(shopFiles, { type: 'postgres', url: relay.url });
  });
  afterAll(async () => {
    await relay.close();
    await rig.drop();
  });

  /** Statements of a command, by label; those without one below the empty text. */
  const statementsOf = async (args: readonly string[]): Promise<Map<string, string[]>> => {
    relay.take();
    const { exit, stdout, stderr } = await rig.call([...args, '--json']);
    expect(exit, stderr).toBe(0);
    const { run_id } = JSON.parse(stdout) as RunReport;
    const labelled = new Map<string, string[]>();
    // Some are one message, each with its own label.
    for (const statement of relay.take().flatMap((message) => message.split(/;\n(?=-- segsync )/))) {
      const [, label = '', text] = /^(?:-- segsync (.*)\n)?([\s\S]*)$/.exec(statement)!;
      expect(label).toMatch(label === '' ? '' : ` run=${run_id}`);
      const short = label.replace(` run=${run_id}`, '');
      labelled.set(short, [...(labelled.get(short) ?? []), text!]);
    }
    return labelled;
  };

  const expectNoWorkUnlabelled = (labelled: ReadonlyMap<string, string[]>): void => {
    const work = labelled.get('')!.filter((statement) => WORK.test(statement) && !CATALOG.test(statement));
    expect(work).toEqual([]);
  };

  it('a run labels ticks with their segments and syncs with theirs', async () => {
    await statementsOf(['run', '--all']);
    await rig.change([...traffic.next(20), ...traffic.next(10)]);
    const labelled = await statementsOf(['run', '--all']);
    const tick = labelled.get('command=run tier=daily entity=customer segments=buyers,inside')!;
    for (const begins of [
      /^-- .*\nCREATE TEMPORARY TABLE segsync_affected /,
      /^-- .*\nCREATE TEMPORARY TABLE segsync_changed /,
      /^ANALYZE segsync_affected/,
      /^DELETE FROM segsync\.membership\n/,
      /^UPDATE segsync\.membership /,
      /^INSERT INTO segsync\.(membership|changes|ticks|segments) /,
    ]) {
      expect(tick).toContainEqual(expect.stringMatching(begins));
    }
    for (const [sync, segment] of SYNCS) {
      const own = labelled.get(`command=run tier=daily sync=${sync} segment=${segment}`)!;
      for (const begins of [
        `-- what ${sync} may have to send\n`,
        'INSERT INTO segsync.ledger ',
        'DELETE FROM segsync.ledger ',
        'INSERT INTO segsync.batches ',
        'UPDATE segsync.syncs ',
      ]) {
        expect(own, sync).toContainEqual(expect.stringContaining(begins));
      }
    }
    expect([...labelled.keys()].filter((label) => label.includes('=')).length).toBe(2 + SYNCS.length);
    expectNoWorkUnlabelled(labelled);
  });

  it('a plan labels the same, and what it asks the cost of', async () => {
    await rig.change(traffic.next(20));
    const labelled = await statementsOf(['plan']);
    const ticks = ['buyers,inside', 'buyers', 'inside'];
    for (const segments of ticks) {
      const own = labelled.get(`command=plan tier=daily entity=customer segments=${segments}`);
      expect(own, segments).toContainEqual(expect.stringMatching(/^EXPLAIN \(FORMAT JSON\)\n/));
    }
    for (const [sync, segment] of SYNCS) {
      expect(labelled.get(`command=plan tier=daily sync=${sync} segment=${segment}`)).toBeDefined();
    }
    expectNoWorkUnlabelled(labelled);
  });
});
