import { connect } from '../../../platform/db/connect.ts';
import { start } from '../../../runtime/public.ts';
import { find } from '../../workflows/server/public.ts';
import { schema } from '../contract.ts';

export const list = [connect, start, find, schema];
