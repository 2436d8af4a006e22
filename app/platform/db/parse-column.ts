import pg from 'pg';

type Parser = (text: string) => unknown;
type Format = 'text' | 'binary';

/**
 * How a column's text becomes a value: int8 a number (text where it is past 2^53), timestamptz a Date, json and jsonb
 * their value, date its text (it has no zone). The hot path reads json as text by casting: `state::text`.
 */
export function parseColumn(oid: number, format: Format = 'text'): Parser {
  if (format === 'text') {
    const own = PARSERS.get(oid);
    if (own !== undefined) return own;
  }
  return standardParser(oid, format);
}

/** `pg` declares only some of the types that it knows. */
function standardParser(oid: number, format: Format): Parser {
  return (pg.types.getTypeParser as (oid: number, format: Format) => Parser)(oid, format);
}

/** A whole number, or its text where a double could not hold it exactly. */
function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

const INT8_ARRAY = 1016;

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [pg.types.builtins.INT8, parseInt8],
  [INT8_ARRAY, (text) => (standardParser(INT8_ARRAY, 'text')(text) as string[]).map(parseInt8)],
  [pg.types.builtins.DATE, (text) => text],
]);
