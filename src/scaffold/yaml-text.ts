/** Values -> YAML as a person would write it. */
import { Document, isCollection, isPair, isScalar, visit, type YAMLMap, type YAMLSeq } from 'yaml';

/** A longer collection has a line for each of its entries. */
const LONGEST_INLINE = 60;

/** Blocks, but what is short and holds nothing else stands on one line; long texts are left whole. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { version: '1.2', aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node, path) {
      if (path.length > 1) node.flow = isShort(node);
    },
  });
  // Lists stand close in their brackets, mappings do not.
  return document.toString({ lineWidth: 0 }).replace(/\[ ([\w%.@, -]*) \]$/gm, '[$1]');
}

function isShort(node: YAMLMap | YAMLSeq): boolean {
  const values: readonly unknown[] = node.items.map((item) => (isPair(item) ? item.value : item));
  if (values.some(isCollection) || node.items.length > 4) return false;
  const texts = values.map((value) => (isScalar(value) ? String(value.value) : ''));
  return texts.join('').length < LONGEST_INLINE && !texts.some((text) => /[^\w%.@-]/.test(text));
}
