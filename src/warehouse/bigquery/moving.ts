/** Functions whose answer may change though their arguments do not. Source: the GoogleSQL function reference. */
const MOVING = new Set([
  'rand',
  'generate_uuid',
  'current_date',
  'current_datetime',
  'current_time',
  'current_timestamp',
  'session_user',
  'last_value_of_sequence',
  'external_query',
]);

/** Of some names; one with a dataset before it is somebody's own, and not known. */
export function movingFunctions(names: readonly string[]): ReadonlySet<string> {
  return new Set(
    names.filter((name) => MOVING.has(name) || name.includes('.') || /^(ml|ai|keys)$/.test(name)),
  );
}
