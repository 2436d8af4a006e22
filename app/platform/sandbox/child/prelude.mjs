/**
 * Source of what stands inside QuickJS before the code of a user does: `console`, and functions by which the host
 * reads values without trusting them. It keeps the built-ins that it needs, since the code may replace them later;
 * whoever does so anyway fools nobody but himself, for the host takes every answer as text of a stranger.
 */
export const PRELUDE = `(function (emit, mostChars) {
  'use strict';
  const { stringify, parse } = JSON;
  const { apply } = Reflect;
  const text = String;
  const { slice } = String.prototype;
  const cut = (line) => (line.length > mostChars ? apply(slice, line, [0, mostChars]) + '…' : line);

  const facts = (error) => ({ name: text(error.name), message: text(error.message), stack: text(error.stack ?? '') });

  const show = (value) => {
    if (typeof value === 'string') return value;
    try {
      if (value instanceof Error) return text(value.name) + ': ' + text(value.message);
      const json = typeof value === 'object' ? stringify(value) : undefined;
      return json === undefined ? text(value) : json;
    } catch {
      return '[a value that cannot be shown]';
    }
  };

  const writer = (level) => (...values) => {
    let line = '';
    for (let at = 0; at < values.length; at++) line += (at === 0 ? '' : ' ') + show(values[at]);
    emit(level, cut(line));
  };

  globalThis.console = {
    debug: writer('debug'),
    log: writer('info'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
  };

  return {
    parse: (json) => parse(json),
    stringify: (value) => stringify(value),
    describe: (error) => {
      let found = { name: '', message: '', stack: '' };
      try {
        const isError = typeof error === 'object' && error !== null && error.message !== undefined;
        found = isError ? facts(error) : { ...found, message: show(error) };
      } catch {
        found.message = 'an error that cannot be shown';
      }
      return stringify({ name: cut(found.name), message: cut(found.message), stack: cut(found.stack) });
    },
  };
})`;
