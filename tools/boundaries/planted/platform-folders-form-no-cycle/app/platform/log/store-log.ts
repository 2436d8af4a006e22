// breaks the rule
import { connect } from '../db/connect.ts';

export const store = connect;
