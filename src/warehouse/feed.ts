/** What adapters say of a change feed that cannot be had. */
import { type Capture, WarehouseError } from './warehouse.ts';

/** Why, in words, and the statements that would make it be there from then on. */
export function lacking(why: string, statements: readonly string[] = []): Required<Pick<Capture, 'lack'>> {
  return { lack: { why, statements } };
}

/** Whether an engine refuses a feed, so that everyone is evaluated instead: not for a cap or quota, which that would burst. */
export function isRefusedFeed(error: unknown): error is WarehouseError {
  return (
    error instanceof WarehouseError &&
    /^(missing|permission|statement)$/.test(error.failure) &&
    !/bytes billed|quota|resources exceeded/i.test(error.message)
  );
}
