/** `vars:` of the project, overridden by those of a target. */
import type { Environment } from './dotenv.ts';
import { interpolate, type Values } from './interpolate.ts';
import { child, inWords, type YamlNode, type YamlText } from './node.ts';
import type { Problems } from './problems.ts';

/** The values that references find when runs use `target` (undefined: no target's own `vars:`). */
export function valuesFor(
  root: YamlNode,
  target: string | undefined,
  environment: Environment,
  problems: Problems,
): Values {
  const nothing: Values = { environment, variables: new Map() };
  const layers = [child(root, 'vars')];
  if (target !== undefined) layers.push(child(child(child(root, 'targets'), target), 'vars'));
  const variables = new Map<string, YamlText>();
  for (const layer of layers) {
    if (layer && layer.kind !== 'map') {
      problems.report(
        'E106',
        { key: 'vars', expected: `a mapping, but it is ${inWords(layer)}` },
        layer.place,
      );
    }
    if (layer?.kind !== 'map') continue;
    for (const [name, { value }] of layer.entries) {
      const text = asText(name, value, problems);
      if (text) variables.set(name, interpolate(text, nothing, problems) as YamlText);
    }
  }
  return { environment, variables };
}

function asText(name: string, node: YamlNode, problems: Problems): YamlText | undefined {
  if (node.kind === 'text') return node;
  if (node.kind === 'number') return { kind: 'text', text: node.source, place: node.place };
  if (node.kind === 'boolean') return { kind: 'text', text: String(node.value), place: node.place };
  const expected = `text or a number, but it is ${inWords(node)}`;
  return problems.report('E106', { key: `vars.${name}`, expected }, node.place);
}
