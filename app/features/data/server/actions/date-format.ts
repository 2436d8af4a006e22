import { parseInstant } from '@mainspring/engine/schedule/date-time.ts';
import { ScheduleError } from '@mainspring/engine/schedule/schedule-error.ts';
import { definePure } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { z } from 'zod';
import { DATE_PRESETS, formatByPattern, isoText } from '../date-pattern.ts';

const input = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(100)
    .meta({
      title: 'Date',
      description: 'A date or time in ISO 8601; without an offset it is what the clock of the time zone shows',
      examples: ['2026-11-21T09:00:00Z', { $: 'now' }],
    }),
  format: z
    .string()
    .min(1)
    .max(200)
    .default('datetime')
    .meta({
      title: 'Format',
      description: `${[...Object.keys(DATE_PRESETS), 'iso', 'iso_date'].join(', ')}; or a pattern of yyyy MM dd HH mm ss EEEE MMMM a XXX`,
      examples: ['date', 'EEEE, d MMMM yyyy', "dd.MM.yyyy 'at' HH:mm"],
    }),
  timezone: z
    .string()
    .min(1)
    .max(100)
    .default('UTC')
    .meta({ title: 'Time zone', description: 'IANA name of the clock to show', examples: ['Europe/Berlin'] }),
  locale: z
    .string()
    .min(1)
    .max(50)
    .default('en')
    .meta({ title: 'Language', description: 'Of months, weekdays and presets', examples: ['en-GB', 'de'] }),
});

export const dateFormat = definePure({
  type: 'date.format',
  title: 'Write a date',
  category: 'data',
  summary: 'Writes a date or time as people read it, in a time zone and a language.',
  input,
  output: z.string(),
  run({ value, format, timezone, locale }) {
    const clock = { at: readDate(value, timezone), timeZone: timezone, locale: readLocale(locale) };
    if (format === 'iso') return isoText(clock);
    if (format === 'iso_date') return isoText(clock).replace(/T.*/, '');
    if (Object.hasOwn(DATE_PRESETS, format)) {
      const preset = DATE_PRESETS[format as keyof typeof DATE_PRESETS];
      return new Intl.DateTimeFormat(clock.locale, { ...preset, timeZone: timezone }).format(clock.at);
    }
    const written = formatByPattern(format, clock);
    if ('text' in written) return written.text;
    throw terminal(
      'bad_format',
      `The format holds ${JSON.stringify(written.unknown)}, which means nothing there; ` +
        'put plain text between single quotes, and see the description for the letters that are known.',
    );
  },
});

function readDate(value: string, timezone: string): Date {
  try {
    return new Date(parseInstant(value, timezone));
  } catch (error) {
    if (error instanceof ScheduleError) throw terminal(error.code, `${error.message}.`);
    throw error;
  }
}

function readLocale(locale: string): string {
  try {
    const [supported] = Intl.DateTimeFormat.supportedLocalesOf(locale);
    if (supported !== undefined) return supported;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw terminal(
    'bad_locale',
    `${JSON.stringify(locale)} is not a language that is known; write for instance en-GB or de.`,
  );
}
