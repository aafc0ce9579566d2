/** E5xx and E7xx: the state, other processes, and a run's instants. */
import type { Pages } from '../page.ts';

type Codes =
  | 'E501'
  | 'E502'
  | 'E504'
  | 'E505'
  | 'E506'
  | 'E701'
  | 'E702'
  | 'E703'
  | 'E704'
  | 'E705'
  | 'W701'
  | 'W702'
  | 'W703'
  | 'W704';

export const STATE_PAGES: Pages<Codes> = {
  E501: {
    title: 'the state is newer than this program',
    when: 'A newer segsync has run on this state and brought its tables to a version that this program does not know. It touches nothing.',
    mend: 'Install the version that wrote it, or a newer one. In CI, pin one version for all who run.',
    wrong: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "UPDATE segsync.meta SET value = '999' WHERE name = 'schema_version'"`,
        'segsync run',
      ],
    },
    right: { commands: ['segsync run', 'segsync status'] },
  },
  E502: {
    title: 'another process took over',
    when: 'A process keeps a lease on what it works on and renews it. This one was away for too long (asleep, or cut off from the warehouse), and another took its work over. This one stopped before it could write anything more.',
    mend: 'Run again: what was under way is set right. If it happens often, look for a machine that sleeps.',
    wrong: {
      situation: 'The laptop was closed during a run; the scheduler’s run went on.',
      command: 'segsync run',
      with: { names: ['buyers'] },
    },
    right: { situation: 'Again:', commands: ['segsync run'] },
  },
  E504: {
    title: 'the state tables cannot be made',
    when: 'The first run makes a schema and tables for its state, and the role may not.',
    mend: 'Let somebody who may make the schema and give it to the role, or name a schema that there is under `state.schema`.',
    wrong: {
      situation: 'The role `segsync` may only read.',
      command: 'segsync run --target prod',
      with: { schema: 'segsync', detail: 'permission denied for database shop' },
    },
    right: { situation: 'In the warehouse:', commands: ['CREATE SCHEMA segsync AUTHORIZATION segsync;'] },
  },
  E505: {
    title: 'the state may not be read',
    when: 'The state is there, made by another role, and this one may not read it.',
    mend: 'Let the owner of the schema run the statements below. `plan` and `status` need no more than to read.',
    wrong: {
      situation: 'A person’s own role looks at what the scheduler’s role has made.',
      command: 'segsync status --target prod',
      with: { schema: 'segsync', detail: 'permission denied for schema segsync' },
    },
    right: {
      situation: 'In the warehouse:',
      commands: [
        'GRANT USAGE ON SCHEMA segsync TO analyst;',
        'GRANT SELECT ON ALL TABLES IN SCHEMA segsync TO analyst;',
      ],
    },
  },
  E506: {
    title: 'another process is at work on this',
    when: '`forget` needs a person’s segments and syncs for itself, and a run holds one of them.',
    mend: 'Wait for the run with `--wait`, or try again later.',
    wrong: {
      situation: 'A run is under way.',
      command: 'segsync forget 42',
      with: { name: 'buyers', owner: 'runner-1 process 4242' },
    },
    right: { situation: 'Wait for it:', commands: ['segsync forget 42 --wait 60s'] },
  },
  E701: {
    title: '`--now` lies ahead',
    when: 'A run was asked to evaluate at an instant that the warehouse’s clock has not reached.',
    mend: 'Leave `--now` out. To see what will be, ask `segsync plan --now`: it changes nothing.',
    wrong: { commands: ['segsync run --now 2099-01-01T00:00:00Z'] },
    right: { commands: ['segsync plan --now 2099-01-01T00:00:00Z'] },
  },
  E702: {
    title: '`--now` lies before the last tick',
    when: 'A run was asked for an instant before the last one that was evaluated. Rows may have changed since: what was true then cannot be told from them.',
    mend: 'Leave `--now` out. What a segment was in the past is in `segsync history SEGMENT`.',
    wrong: { commands: ['segsync run', 'segsync run --all --now 2026-01-01T00:00:00Z'] },
    right: { commands: ['segsync run', 'segsync history buyers'] },
  },
  E703: {
    title: 'the warehouse refused a statement',
    when: 'A statement that segsync wrote failed in the warehouse, for a reason that does not pass by itself: a right that is missing, a value that cannot be converted, a table that was dropped meanwhile.',
    mend: 'The message holds the warehouse’s own words. `segsync validate --connect` and `segsync doctor` find most causes.',
    wrong: {
      situation: 'A column was dropped while the run was under way.',
      command: 'segsync run',
      with: { detail: 'column "plan" does not exist' },
    },
    right: { situation: 'To find the cause:', commands: ['segsync validate --connect', 'segsync doctor'] },
  },
  E704: {
    title: 'the warehouse was not available',
    when: 'The connection was cut, the warehouse was starting, or another transaction was in the way for too long.',
    mend: 'Run again later, or let the scheduler do so: exit code 75 says that trying again is right.',
    wrong: {
      situation: 'The warehouse was restarted during a run.',
      command: 'segsync run',
      with: { detail: 'Connection terminated unexpectedly' },
    },
    right: { situation: 'Later:', commands: ['segsync run'] },
  },
  E705: {
    title: 'this is not what was planned any more',
    when: '`run --plan` does what a kept plan shows, or nothing. Since the plan was made, a definition was edited, or a run changed the members or the audience of something in it. Rows that arrived since do not count: they are what a run is for.',
    mend: 'Make the plan anew, and look at it.',
    wrong: {
      commands: ['segsync plan --out plan.json', 'segsync run', 'segsync run --plan plan.json'],
    },
    right: { commands: ['segsync plan --out plan.json', 'segsync run --plan plan.json'] },
  },
  W701: {
    title: 'the warehouse’s clock went back',
    when: 'The warehouse’s clock is more than a minute behind the last tick. Time stands still until it has caught up: no window opens or closes.',
    mend: 'Set the warehouse’s clock. If it was ahead and is right now, wait.',
    wrong: {
      situation: 'The warehouse was moved to a machine whose clock is behind.',
      command: 'segsync run',
      with: { by: '5m' },
    },
    right: { situation: 'To compare the clocks:', commands: ['segsync doctor'] },
  },
  W702: {
    title: 'something is left out, for another process has it',
    when: 'Two runs overlap. Each works on what the other does not hold; nothing is done twice.',
    mend: 'Nothing is to be done. To wait for the other run instead, say `--wait 60s`.',
    wrong: {
      situation: 'The run of the last hour is still under way.',
      command: 'segsync run',
      with: { name: 'sync:buyers.crm', owner: 'runner-1 process 4242' },
    },
    right: { situation: 'Wait for it:', commands: ['segsync run --wait 60s'] },
  },
  W704: {
    title: 'a promise was broken in this run',
    when: 'Of the changes that a run delivered, fewer than 95 of 100 reached their destination within `fresh_within` of their tier, counted from the row, or the edge of a window, that caused each. The run’s exit code stays what it is; `status` exits with 1.',
    mend: 'Look where the time goes: rows that show late, a tier that runs too seldom, a destination that answers slowly. If nobody needs it so fresh, promise less.',
    wrong: {
      situation: 'The destination answers slowly today.',
      command: 'segsync run',
      with: { tier: 'realtime', promise: '10s', took: '34s', changes: 40, late: 12 },
    },
    right: { situation: 'By sync, with the ages of everything:', commands: ['segsync status'] },
  },
  W703: {
    title: 'this state is a copy',
    when: 'The state was made in another warehouse: this one is a clone, a restored backup or a moved database. Two states that both send would undo each other’s work.',
    mend: 'If this one is to go on, say so once with `--adopt-state`. If the other one still runs, leave it: here nothing is sent.',
    wrong: {
      situation: 'A backup of production was restored for a test.',
      command: 'segsync run --target copy',
      with: { place: 'db-1.internal/shop' },
    },
    right: {
      situation: 'If this database has taken the other’s place:',
      commands: ['segsync run --adopt-state'],
    },
  },
};
