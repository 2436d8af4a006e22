import { readFileSync } from 'node:fs';
import { test } from 'vitest';

test('reads', () => readFileSync('x'));
