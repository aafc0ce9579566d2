/** `segsync destinations`: the types of destination there are; needs no project. */
import { destinationTypes } from '../adapters.ts';
import { fail } from '../diagnostics/diagnostic.ts';
import { EXIT } from '../diagnostics/exit.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { destinationsText, destinationText } from '../report/destinations.ts';
import { jsonText } from '../report/json.ts';
import { readCatalogue } from '../run/catalogue.ts';
import type { Verb } from './verb.ts';

export const destinations: Verb = {
  declare(command) {
    command
      .argument('[type]', 'only this one, with its options, limits and identifiers')
      .addHelpText('after', '\nExample:\n  $ segsync destinations meta');
  },

  async run({ world, screen, operands }) {
    const types = await destinationTypes(world);
    const wanted = operands[0];
    if (wanted !== undefined && !types.includes(wanted))
      fail('E612', { type: wanted, suggestion: nearest(wanted, types) });
    const chosen = wanted === undefined ? types : [wanted];
    const reports = await readCatalogue(world, chosen);
    if (screen.flags.json) screen.result(jsonText({ version: 1, destinations: reports }));
    else if (wanted === undefined) screen.result(destinationsText(reports, screen.colors));
    else screen.result(destinationText(reports[0]!, screen.colors));
    return EXIT.done;
  },
};
