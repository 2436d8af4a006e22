// breaks the rule
import { connect } from '../../platform/db/connect.ts';

export const x = connect;
