/** Which of the language's rarer forms a segment contains; a reference counts as one. */
import type { Segment } from '../../src/config/project.ts';
import type { Condition, Measured } from '../../src/segment/condition.ts';

/** Names of forms, as the YAML has them or nearly so. */
export function formsOf({ entity, where }: Segment): Set<string> {
  const forms = new Set(found(where));
  // An account's tickets are its own.
  if (entity === 'account') forms.delete('through');
  return forms.add(entity);
}

function found(condition: Condition): string[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(found);
    case 'not':
      return found(condition.of);
    case 'trait':
      return condition.test.op === 'window' ? ofWindow(condition.test) : [];
    case 'rows':
      return ofMeasured(condition);
    case 'compare': {
      const sides = [condition.left, condition.right];
      return [
        'compare',
        ...(condition.times === undefined ? [] : ['times']),
        ...sides.flatMap((side) => (side.kind === 'measure' ? ofMeasured(side.measured) : [])),
      ];
    }
    case 'sequence':
      return [
        'sequence',
        ...condition.steps.flatMap((step) => ofSource(step.source)),
        ...condition.steps.flatMap((step) => (step.kind === 'not' && step.for !== undefined ? ['for'] : [])),
        ...ofWindow(condition),
      ];
    case 'segment':
      return ['reference'];
    default:
      return [condition.kind];
  }
}

function ofMeasured({ source, window, measure }: Measured): string[] {
  const outermost = measure.fn === 'first' || measure.fn === 'last' ? ['first or last'] : [];
  return [...ofSource(source), ...outermost, ...ofWindow({ window })];
}

function ofSource(source: string): string[] {
  return source === 'tickets' ? ['through'] : [];
}

function ofWindow({ window }: { readonly window?: Measured['window'] }): string[] {
  return window?.kind === 'this' || window?.kind === 'previous' ? ['calendar'] : [];
}
