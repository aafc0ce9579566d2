/** `segsync doctor`: whether what a run needs is there, by harmless calls. */
import { type ExitCode, worstExit } from '../diagnostics/exit.ts';
import { type DoctorDocument, doctorText, findingReport, type ShownFinding } from '../report/doctor.ts';
import { jsonText } from '../report/json.ts';
import type { Screen } from '../report/screen.ts';
import { examine, type Finding } from '../run/doctor.ts';
import { readVersion } from '../version.ts';
import { openProject } from './open.ts';
import type { Verb } from './verb.ts';

export const doctor: Verb = {
  declare(command) {
    command.addHelpText(
      'after',
      '\nChanges nothing. An endpoint of your own gets a message of type `segsync.check`.\n\nExample:\n  $ segsync doctor --target prod',
    );
  },

  async run(invocation): Promise<ExitCode> {
    const { world, screen, globals } = invocation;
    const { project, target } = await openProject(invocation);
    const found = await examine(world, project, target, { waitMs: globals.waitMs });
    const findings = await Promise.all(found.map((finding) => shownOf(finding, screen)));
    const about = { program: await readVersion(world), node: world.process.version };
    if (screen.flags.json) {
      const document: DoctorDocument = { version: 1, ...about, findings: findings.map(findingReport) };
      screen.result(jsonText(document));
    } else screen.result(doctorText(about, findings, screen.colors));
    return worstExit(found.flatMap(({ problems }) => problems.map(({ exit }) => exit)));
  },
};

async function shownOf(finding: Finding, screen: Screen): Promise<ShownFinding> {
  const { check, name, detail, skipped = false, problems } = finding;
  const shown = await Promise.all(problems.map((each) => screen.shown(each)));
  return { check, name, detail, skipped, problems: shown };
}
