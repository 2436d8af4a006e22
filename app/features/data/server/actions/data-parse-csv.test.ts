import { describe, expect, it } from 'vitest';
import { runPure } from '../testing/run-pure.ts';
import { dataParseCsv } from './data-parse-csv.ts';

describe('data.parse_csv', () => {
  it.each([
    [
      'rows',
      { text: 'name,age\nJane,41\nJoe,7\n' },
      [
        { name: 'Jane', age: '41' },
        { name: 'Joe', age: '7' },
      ],
    ],
    ['a byte order mark and Windows lines', { text: '\ufeffname\r\nJane\r\n' }, [{ name: 'Jane' }]],
    ['quotes', { text: 'a,b\n"x, ""y""","line 1\nline 2"' }, [{ a: 'x, "y"', b: 'line 1\nline 2' }]],
    ['another delimiter', { text: 'a;b\n1;2', delimiter: ';' }, [{ a: '1', b: '2' }]],
    ['tabs', { text: 'a\tb\n1\t2', delimiter: '\t' }, [{ a: '1', b: '2' }]],
    [
      'no header',
      { text: '1,2\n3,4', header: false },
      [
        { column_1: '1', column_2: '2' },
        { column_1: '3', column_2: '4' },
      ],
    ],
    ['spaces around names', { text: ' a , b \n1,2' }, [{ a: '1', b: '2' }]],
    ['empty lines', { text: 'a\n\n1\n\n' }, [{ a: '1' }]],
    ['a header alone', { text: 'a,b' }, []],
    ['nothing', { text: '' }, []],
    ['names of prototypes as data', { text: 'constructor,toString\n1,2' }, [{ constructor: '1', toString: '2' }]],
  ])('reads %s', (_, input, expected) => {
    expect(runPure(dataParseCsv, input)).toEqual(expected);
  });

  it.each([
    ['csv_malformed', 'a,b\n1,2\n3', /line 3: the row has another number of values/],
    ['csv_malformed', 'a\n"open', /quote is never closed/],
    ['csv_malformed', 'a\nx"y', /line 2: a double quote stands inside a value/],
    ['csv_malformed', 'a\n"x"y', /line 2: a double quote stands inside a value/],
    ['csv_malformed', 'a\n\u0000', /Row 2 of the CSV holds a NUL/],
    ['csv_bad_header', 'a,,c\n1,2,3', /Column 2 of the CSV's header has no name/],
    ['csv_bad_header', 'a,a\n1,2', /named "a" like another/],
    ['csv_bad_header', '__proto__\n1', /cannot be named/],
    ['csv_too_large', `a\n${'x\n'.repeat(100_001)}`, /more than 100000 rows/],
    ['csv_too_large', `${Array.from({ length: 1001 }, (_, at) => `c${at}`).join(',')}\n`, /1001 columns/],
  ])('fails for good with %s', (code, text, message) => {
    expect(() => runPure(dataParseCsv, { text })).toThrow(
      expect.objectContaining({ code, kind: 'terminal', message: expect.stringMatching(message) }),
    );
  });

  it('reads as many rows as it may', () => {
    expect(runPure(dataParseCsv, { text: `a\n${'x\n'.repeat(100_000)}` })).toHaveLength(100_000);
  });
});
