/** Exit codes, as documented; `worstExit` chooses among several outcomes of one run. */
export const EXIT = {
  done: 0,
  failed: 1,
  changesPending: 2,
  held: 3,
  usage: 64,
  tryLater: 75,
  credentials: 77,
  invalidProject: 78,
  newerState: 79,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MOST_TELLING_FIRST: readonly ExitCode[] = [
  EXIT.terminated,
  EXIT.interrupted,
  EXIT.usage,
  EXIT.newerState,
  EXIT.invalidProject,
  EXIT.credentials,
  EXIT.failed,
  EXIT.held,
  EXIT.tryLater,
  EXIT.changesPending,
];

/** Of several outcomes, the one that says most: the first of 79, 78, 77, 1, 3, 75, 2 (a signal or wrong usage goes before). */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return MOST_TELLING_FIRST.find((code) => codes.includes(code)) ?? EXIT.done;
}
