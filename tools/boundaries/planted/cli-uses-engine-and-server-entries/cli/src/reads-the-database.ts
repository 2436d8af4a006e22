// breaks the rule
import { connect } from '@mainspring/app/platform/db/connect.ts';

export const x = connect;
