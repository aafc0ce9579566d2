/** What the standard variables of OpenTelemetry ask for, as far as segsync itself must know; the rest its SDK reads. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Empty counts as unset, as the standard has it. */
function given(environment: Environment, ...names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== '');
}

/** Somebody wants traces: an endpoint is named, and nothing turns them off. */
export function wantsTraces(environment: Environment): boolean {
  if (given(environment, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return false;
  const exporters = given(environment, 'OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (!exporters.split(',').some((each) => each.trim().toLowerCase() === 'otlp')) return false;
  return (
    given(environment, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined
  );
}

/** Over HTTP; the first is what the standard has where nothing is asked for. */
const SPOKEN = ['http/protobuf', 'http/json'] as const;

export interface Protocol {
  readonly spoken: (typeof SPOKEN)[number];
  /** What is asked for and not spoken. */
  readonly other?: string;
}

export function protocolOf(environment: Environment): Protocol {
  const asked = given(environment, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (asked === undefined) return { spoken: SPOKEN[0] };
  const spoken = SPOKEN.find((each) => each === asked);
  return spoken ? { spoken } : { spoken: SPOKEN[0], other: asked };
}
