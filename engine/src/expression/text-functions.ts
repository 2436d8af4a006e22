import {
  BOOLEAN_TYPE,
  type CelFunction,
  LIST,
  NUMBER,
  NUMBER_TYPE,
  TEXT,
  TEXT_LIST_TYPE,
  TEXT_TYPE,
} from './cel-function.ts';
import { equals } from './cel-operators.ts';
import { type CelValue, describeKind, kindOf } from './cel-value.ts';
import { ExpressionError } from './expression-error.ts';
import { assertTextLength, boundedText, type Frame, spend } from './frame.ts';
import { matchesPattern } from './match-pattern.ts';

export const textFunctions: Readonly<Record<string, CelFunction>> = {
  lower: onText((text) => text.toLowerCase()),
  upper: onText((text) => text.toUpperCase()),
  trim: onText((text) => text.trim()),
  capitalize: onText((text) => text.charAt(0).toUpperCase() + text.slice(1)),
  startsWith: testText((text, part) => text.startsWith(part)),
  endsWith: testText((text, part) => text.endsWith(part)),
  contains: {
    params: [
      { name: 'text or list', kinds: ['string', 'array'] },
      { name: 'value', kinds: 'any' },
    ],
    returns: BOOLEAN_TYPE,
    run: ([whole, part], frame) => contains(whole ?? null, part ?? null, frame),
  },
  matches: {
    params: [TEXT, { name: 'pattern', kinds: ['string'] }],
    returns: BOOLEAN_TYPE,
    run: ([text, pattern], frame) => matchesPattern(text as string, pattern as string, frame),
  },
  indexOf: {
    params: [TEXT, TEXT],
    returns: NUMBER_TYPE,
    run: ([text, part], frame) => scan(frame, text as string, part as string).indexOf(part as string),
  },
  lastIndexOf: {
    params: [TEXT, TEXT],
    returns: NUMBER_TYPE,
    run: ([text, part], frame) => scan(frame, text as string, part as string).lastIndexOf(part as string),
  },
  substring: {
    params: [TEXT, NUMBER, NUMBER],
    optional: 1,
    returns: TEXT_TYPE,
    run: ([text, from, to], frame) => substring(text as string, from as number, to as number | undefined, frame),
  },
  replace: {
    params: [TEXT, { name: 'old', kinds: ['string'] }, { name: 'new', kinds: ['string'] }],
    returns: TEXT_TYPE,
    run: ([text, from, to], frame) => replace(text as string, from as string, to as string, frame),
  },
  split: {
    params: [TEXT, { name: 'separator', kinds: ['string'] }],
    returns: TEXT_LIST_TYPE,
    run: ([text, separator], frame) => {
      spend(frame, (text as string).length);
      return scan(frame, text as string, separator as string).split(separator as string);
    },
  },
  join: {
    params: [LIST, { name: 'separator', kinds: ['string'] }],
    optional: 1,
    returns: TEXT_TYPE,
    run: ([list, separator = ''], frame) => join(list as readonly CelValue[], separator as string, frame),
  },
};

function onText(change: (text: string) => string): CelFunction {
  return {
    params: [TEXT],
    returns: TEXT_TYPE,
    run: ([text], frame) => boundedText(frame, change(text as string)),
  };
}

function testText(test: (text: string, part: string) => boolean): CelFunction {
  return {
    params: [TEXT, TEXT],
    returns: BOOLEAN_TYPE,
    run: ([text, part], frame) => {
      spend(frame, (part as string).length >> 3);
      return test(text as string, part as string);
    },
  };
}

function contains(whole: CelValue, part: CelValue, frame: Frame): boolean {
  if (typeof whole === 'string') {
    if (typeof part === 'string') return scan(frame, whole, part).includes(part);
    throw new ExpressionError('expression_type', `text.contains() takes text, got ${describeKind(part)}`);
  }
  for (const item of whole as readonly CelValue[]) {
    spend(frame, 1);
    if (equals(item, part, frame)) return true;
  }
  return false;
}

/** Charges for looking for `part` in `text`. */
function scan(frame: Frame, text: string, part: string): string {
  spend(frame, (text.length + part.length) >> 3);
  return text;
}

function substring(text: string, from: number, to: number | undefined, frame: Frame): string {
  const end = to ?? text.length;
  if (Number.isInteger(from) && Number.isInteger(end) && from >= 0 && from <= end && end <= text.length) {
    return boundedText(frame, text.slice(from, end));
  }
  throw new ExpressionError(
    'evaluation_failed',
    `substring(${from}${to === undefined ? '' : `, ${to}`}) lies outside of a text of ${text.length} characters`,
  );
}

function replace(text: string, from: string, to: string, frame: Frame): string {
  spend(frame, text.length);
  const parts = scan(frame, text, from).split(from);
  assertTextLength(text.length + (parts.length - 1) * (to.length - from.length));
  return boundedText(frame, parts.join(to));
}

function join(list: readonly CelValue[], separator: string, frame: Frame): string {
  spend(frame, list.length);
  let length = 0;
  const parts = list.map((item) => {
    const kind = kindOf(item);
    if (kind !== 'string' && kind !== 'number' && kind !== 'boolean') {
      throw new ExpressionError(
        'expression_type',
        `join() takes texts and numbers, got ${describeKind(item)} in the list`,
      );
    }
    const text = String(item);
    length += text.length + separator.length;
    assertTextLength(length - separator.length);
    return text;
  });
  return boundedText(frame, parts.join(separator));
}
