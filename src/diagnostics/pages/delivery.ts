/** E4xx: destinations and delivery. */
import type { Pages } from '../page.ts';
import { destination } from './little-shop.ts';

type Codes =
  | 'E401'
  | 'E402'
  | 'E403'
  | 'E404'
  | 'E405'
  | 'E406'
  | 'E407'
  | 'E411'
  | 'E412'
  | 'E451'
  | 'E452'
  | 'E453'
  | 'E454'
  | 'E455'
  | 'E456'
  | 'E457';

const WEBHOOK =
  'type: webhook\ntargets: [dev]\nurl: http://crm.internal/segments\nallow_private_address: true\n';

export const DELIVERY_PAGES: Pages<Codes> = {
  E401: {
    title: 'the endpoint refuses the credentials',
    when: 'A webhook answered with HTTP 401 or 403.',
    mend: 'Check `secret` and `headers` against what the other side expects. `segsync doctor` tries every destination.',
    wrong: {
      situation: 'The token in `headers` has run out.',
      command: 'segsync run',
      with: { destination: 'crm', status: 401 },
    },
    right: { situation: 'With a new token in the environment:', commands: ['segsync doctor', 'segsync run'] },
  },
  E402: {
    title: 'the endpoint is a private address',
    when: 'The `url` of a webhook leads to this machine or to an address of an inner network. Whoever may edit a YAML file could reach what only this machine may.',
    mend: 'If that is meant, add `allow_private_address: true` to the destination.',
    wrong: {
      situation: 'The name in `url` leads to an address of the inner network.',
      command: 'segsync run',
      with: { destination: 'crm' },
    },
    right: { files: destination(WEBHOOK), commands: ['segsync validate'] },
  },
  E403: {
    title: 'the endpoint redirects',
    when: 'A webhook answered with a redirect. It is not followed: people’s data goes only where the file says.',
    mend: 'Put the final address into `url`. Often it is `https` in the place of `http`, or a slash at the end.',
    wrong: {
      situation: 'The server redirects from http to https.',
      command: 'segsync run',
      with: { destination: 'crm', status: 301 },
    },
    right: { situation: 'With the final address in `url`:', commands: ['segsync run'] },
  },
  E404: {
    title: 'the destination cannot be reached',
    when: 'Nobody answers at the destination’s address: its name is not known, the connection is refused, or it takes too long.',
    mend: 'Check the address and the network. What was not sent is sent by the next run.',
    wrong: {
      situation: 'The name in `url` is misspelt.',
      command: 'segsync doctor',
      with: { destination: 'crm', detail: 'its name is not known (ENOTFOUND)' },
    },
    right: { situation: 'With the right name in `url`:', commands: ['segsync doctor', 'segsync run'] },
  },
  E405: {
    title: 'there is no endpoint at this address',
    when: 'A webhook answered with HTTP 404, 405 or 410: the server is there, the path is not.',
    mend: 'Correct the path in `url`. What was not delivered is sent by the next run.',
    wrong: {
      situation: 'The path in `url` was renamed on the other side.',
      command: 'segsync run',
      with: { destination: 'crm', status: 404 },
    },
    right: { situation: 'With the new path in `url`:', commands: ['segsync run'] },
  },
  E406: {
    title: 'the destination refuses the credentials',
    when: 'The tool does not accept the key or token of the destination, or it lacks a right (a scope) that is needed.',
    mend: 'The hint says which credentials and scopes this type needs. `segsync doctor` tries them without sending anybody.',
    wrong: {
      situation: 'The API key was made without access to audiences.',
      command: 'segsync doctor',
      with: {
        destination: 'newsletter',
        detail: 'HTTP 403',
        hint: 'the API key needs full access to Marketing, and `region` has to be the account’s',
      },
    },
    right: { situation: 'With a new key in the environment:', commands: ['segsync doctor'] },
  },
  E407: {
    title: 'the destination cannot be used as it is',
    when: 'The tool answers, and something on its side is in the way: an audience of another kind, two lists of one name, a limit of the account.',
    mend: 'The message says what, the hint how to mend it, mostly in the tool itself.',
    wrong: {
      situation: 'Somebody made a second list of the same name.',
      command: 'segsync run',
      with: {
        destination: 'newsletter',
        detail: 'there are several lists called `buyers`',
        hint: 'rename all but one of them, or give the sync another `audience:`',
      },
    },
    right: { situation: 'After renaming one of them in the tool:', commands: ['segsync run'] },
  },
  E411: {
    title: 'a file cannot be written',
    when: 'The file of an audience cannot be appended to: the disk is full, or the user has no right to.',
    mend: 'Make room, or give the right. What was not written is written by the next run.',
    wrong: { files: { 'out/buyers.ndjson/README': 'a folder of the name\n' }, commands: ['segsync run'] },
    right: { commands: ['segsync run'] },
  },
  E412: {
    title: 'the folder of a destination cannot be used',
    when: '`directory` of a file destination is no folder, or may not be listed.',
    mend: 'Name a folder that this user may write to. A folder that does not exist is made.',
    wrong: { files: { out: 'a file, not a folder\n' }, commands: ['segsync doctor'] },
    right: { commands: ['segsync doctor'] },
  },
  E451: {
    title: 'a guard holds a sync',
    when: 'A sync would remove or add a larger share of its audience than `max_remove` or `max_add` allow. Often a load upstream has failed, or a condition has a slip. Nothing is sent for this sync; the others go on.',
    mend: 'Look at `segsync plan`. If the change is right, let it pass once by `--allow-removal` or `--allow-add`, or raise the guard in the YAML.',
    wrong: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "DELETE FROM shop.orders WHERE customer_id::INTEGER > 50"`,
        'segsync run --all --full',
      ],
    },
    right: {
      commands: [
        'segsync run',
        `duckdb data.duckdb "DELETE FROM shop.orders WHERE customer_id::INTEGER > 50"`,
        'segsync run --all --full --allow-removal buyers.files',
      ],
    },
  },
  E452: {
    title: 'a table that was full is empty',
    when: 'A table that a segment reads had rows at the last run and has none now. Most likely its load has failed halfway. The syncs behind it are held, whatever their guards.',
    mend: 'Have the table loaded, and run again. If it really is to be empty, run once with `--allow-removal SYNC`.',
    wrong: {
      commands: ['segsync run', 'duckdb data.duckdb "DELETE FROM shop.orders"', 'segsync run --all --full'],
    },
    right: {
      commands: [
        'segsync run',
        'duckdb data.duckdb "DELETE FROM shop.orders"',
        'segsync run --all --full --allow-removal buyers.files',
      ],
    },
  },
  E453: {
    title: 'the destination does not serve this mode',
    when: 'A sync’s `mode:` needs operations that the destination type does not have: to remove members, to take events.',
    mend: 'Choose a mode of the hint.',
    wrong: {
      situation: 'A sync with `mode: mirror` goes to a type that only takes events.',
      command: 'segsync run',
      with: {
        sync: 'buyers.chat',
        destination: 'chat',
        needs: 'remove members',
        mode: 'mirror',
        modes: ['on_enter'],
      },
    },
    right: { situation: 'With `mode: on_enter` in the sync:', commands: ['segsync run'] },
  },
  E454: {
    title: 'nothing got through to the destination',
    when: 'Every attempt failed for a reason that passes by itself: too many requests, an error of the server, no connection.',
    mend: 'Run again later. What was not acknowledged is sent then.',
    wrong: {
      situation: 'The tool has an outage.',
      command: 'segsync run',
      with: { attempts: 5, seconds: 31, reason: 'HTTP 503' },
    },
    right: { situation: 'Later:', commands: ['segsync run'] },
  },
  E455: {
    title: 'the warehouse failed while a sync was delivered',
    when: 'A statement on the ledger failed in the middle of a delivery; or a removal for `forget` was rejected.',
    mend: 'The message holds the warehouse’s own words. What was not acknowledged is sent by the next run.',
    wrong: {
      situation: 'The disk of the warehouse is full.',
      command: 'segsync run',
      with: { sync: 'buyers.crm', detail: 'could not extend file: No space left on device' },
    },
    right: { situation: 'After making room:', commands: ['segsync run'] },
  },
  E456: {
    title: 'the destination refused everything',
    when: 'Every row of a batch was refused for the same reason. That is no fault of these people, but of the account, the mapping or the tool.',
    mend: 'Set the cause right and run again. Nobody was marked as rejected.',
    wrong: {
      situation: 'A custom field of the mapping does not exist in the tool.',
      command: 'segsync run',
      with: { rows: 500, code: 'unknown_field', message: 'there is no field `cart_value`' },
    },
    right: { situation: 'After making the field in the tool:', commands: ['segsync run'] },
  },
  E457: {
    title: 'who is to be kept out is not known yet',
    when: 'A destination excludes the members of a segment (`exclude:`) that has never been evaluated. Sending now could reach the very people who are to be left alone.',
    mend: 'Evaluate that segment first, or run without a selection.',
    wrong: {
      situation: 'The destination says `exclude: unsubscribed`, and only `buyers` is run.',
      command: 'segsync run --select buyers',
      with: { sync: 'buyers.crm', segment: 'unsubscribed' },
    },
    right: {
      situation: 'First the segment that is excluded:',
      commands: ['segsync run --select unsubscribed', 'segsync run'],
    },
  },
};
