/** What is typed in turn, good and bad, in a folder of its own for each command: a small shop in DuckDB. */

export interface Typed {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files written before it. */
  readonly files?: Readonly<Record<string, string>>;
  /** It only prepares: nothing of it is shown. */
  readonly silent?: true;
}

const typed = (line: string, more: Omit<Typed, 'args'> = {}): Typed => ({
  args: line === '' ? [] : line.split(' '),
  ...more,
});
const first = typed('run --all', { silent: true });
const onGitHub = { environment: { GITHUB_ACTIONS: 'true' } };
const coloured = { environment: { FORCE_COLOR: '1' } };

const EDITED =
  'entity: customer\ntier: daily\nwhere:\n  did: orders\n  count: { gte: 2 }\nsync:\n  - to: files\n';
const BROKEN = 'entity: customer\ntier: dayly\nwhere:\n  did: oders\n';
const FAILING = `segment: buyers
tests:
  - name: who ordered is a buyer
    at: 2026-11-22T10:00:00Z
    given:
      customer: [{ customer_id: a }, { customer_id: b }]
      orders: [{ customer_id: a, ordered_at: 2026-11-21 }]
    expect: { members: [a, b] }
`;

export const CASES: Readonly<Record<string, readonly Typed[]>> = {
  help: [typed(''), typed('plan --help'), typed('pln'), typed('help explain')],
  init: [
    typed('init new --yes --project corner'),
    typed('init new --yes'),
    typed('init other --warehouse oracle'),
  ],
  validate: [
    typed('validate'),
    typed('validate --json'),
    typed('validate --conect'),
    typed('validate', { files: { 'segments/broken.yaml': BROKEN } }),
    typed('validate', onGitHub),
    typed('validate', coloured),
    typed('validate --no-color', coloured),
    typed('validate', { environment: { NO_COLOR: '1', FORCE_COLOR: '' } }),
  ],
  compile: [
    typed('compile opted_in'),
    typed('compile opted_out'),
    typed('compile opted_in --dialect orakel'),
  ],
  plan: [
    typed('plan'),
    typed('plan --select buyers --detailed-exitcode'),
    typed('plan --select byers'),
    first,
    typed('plan --select buyers --detailed-exitcode'),
    typed('plan --select buyers --verbose --overlap opted_in', { files: { 'segments/buyers.yaml': EDITED } }),
    typed('plan --select state:modified --format markdown'),
    typed('plan --select buyers', onGitHub),
    typed('plan --select buyers', coloured),
  ],
  run: [
    typed('run'),
    typed('run'),
    typed('run --all --quiet'),
    typed('run --wait soon'),
    typed('run --all --select buyers', { files: { 'segments/buyers.yaml': EDITED } }),
    typed('run --all --select buyers', onGitHub),
    typed('run --all --select buyers --allow-removal buyers.files'),
    typed('run --now 2001-01-01'),
    typed('run -t nowhere'),
  ],
  members: [
    typed('members big_spenders'),
    first,
    typed('members big_spenders'),
    typed('members big_spenders --format csv'),
    typed('members big_spenders --key 7'),
    typed('members'),
  ],
  explain: [
    first,
    typed('explain big_spenders 27'),
    typed('explain big_spenders 7'),
    typed('explain big_spenders nobody'),
    typed('explain big_spender 7'),
    typed('explain e110'),
    typed('explain E999'),
  ],
  test: [
    typed('test'),
    typed('test', { files: { 'segments/buyers_test.yaml': FAILING } }),
    typed('test', onGitHub),
  ],
  status: [
    typed('status'),
    first,
    typed('status'),
    typed('status --verbose --select buyers'),
    typed('status --select tag:x'),
  ],
  history: [
    typed('history'),
    first,
    typed('history'),
    typed('history buyers --days 3'),
    typed('history --last many'),
  ],
  advise: [
    typed('advise opted_in'),
    typed('advise buyer'),
    typed('advise --over week'),
    typed('advise --now 2099-01-01'),
  ],
  pause: [
    first,
    typed('pause buyers.files --reason audit'),
    typed('run --all --select buyers'),
    typed('status --select buyers'),
    typed('resume buyers.files'),
    typed('resume buyers.file'),
    typed('pause'),
  ],
  retry: [first, typed('retry'), typed('retry buyers.files'), typed('retry buyers.nothing')],
  forget: [first, typed('forget 2'), typed('forget nobody'), typed('forget')],
  doctor: [
    typed('doctor'),
    first,
    typed('doctor'),
    typed('doctor', { files: { 'destinations/files.yaml': 'type: file\ndirectory: segsync.yaml\n' } }),
  ],
  schema: [typed('schema'), typed('schema segmnt')],
  destinations: [typed('destinations file'), typed('destinations fil')],
  completion: [typed('completion bsh')],
};
