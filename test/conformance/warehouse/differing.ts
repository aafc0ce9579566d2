/** Where a warehouse has no such value, or another text for it; by adapter. */
import type { Differing } from './functions-cases.ts';

/** No instant there is infinite. */
const FINITE = /"text":"-?infinity"/;

export const DIFFERING: Readonly<Record<string, Differing>> = {
  bigquery: {
    differs: {
      'text_of [{"type":"instant","instant":"1767225600120000"}]': '2026-01-01 00:00:00.120+00',
      ...Object.fromEntries(
        ['0.1', '0.30000000000000004:0.3', '1234567890.1234567', '100000000.1', '1e20:100000000000000000000']
          .concat('9.5e27:9500000000000000000000000000')
          .map((each) => each.split(':'))
          .map(([given, shown = given!]) => [
            `exact [{"cast":{"type":"text","text":"${given}"},"to":"float"}]`,
            shown,
          ]),
      ),
    },
    missing: FINITE,
  },
  snowflake: { missing: FINITE },
};
