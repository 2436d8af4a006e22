import { type JsonPath, valueAt } from './json-pointer.ts';
import { isSoundText, printable } from './sound-text.ts';

/** A place in a definition as people name it. */
export type Place = {
  /** Id of the node or trigger that holds it. */
  readonly nodeId: string | null;
  /** `Node 'text': input.to`, for the start of a message. */
  readonly label: string;
};

/** Works on any JSON, however unlike a definition. */
export function placeOf(document: unknown, path: JsonPath): Place {
  const [list, index, ...rest] = path;
  if (list === 'nodes' && typeof index === 'number') return ofOwner('Node', document, path, rest);
  if (list === 'triggers' && typeof index === 'number') return ofOwner('Trigger', document, path, rest);
  if (list === 'edges' && typeof index === 'number')
    return { nodeId: null, label: join(edgeName(document, index), rest) };
  return { nodeId: null, label: join('The document', path) };
}

const MOST_PARTS_SHOWN = 8;

/** `input.rows[3].name` */
function dotted(path: JsonPath): string {
  const text = path
    .slice(0, MOST_PARTS_SHOWN)
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${printable(String(part))}`))
    .join('')
    .replace(/^\./, '');
  return path.length > MOST_PARTS_SHOWN ? `${text}…` : text;
}

function ofOwner(noun: string, document: unknown, path: JsonPath, rest: JsonPath): Place {
  const id = valueAt(document, [...path.slice(0, 2), 'id']);
  if (typeof id !== 'string' || id === '') return { nodeId: null, label: join(`${noun} ${Number(path[1]) + 1}`, rest) };
  return { nodeId: isSoundText(id) ? id : null, label: join(`${noun} '${printable(id)}'`, rest) };
}

function edgeName(document: unknown, index: number): string {
  const [from, to] = ['from', 'to'].map((end) => valueAt(document, ['edges', index, end]));
  if (typeof from !== 'string' || typeof to !== 'string') return `Edge ${index + 1}`;
  return `Edge '${printable(from)}' to '${printable(to)}'`;
}

function join(owner: string, rest: JsonPath): string {
  return rest.length === 0 ? owner : `${owner}: ${dotted(rest)}`;
}
