import { parse } from '@mainspring/engine/definition/parse.ts';
import { Command } from 'commander';

export const main = [parse, Command];
