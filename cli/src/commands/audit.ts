import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Terminal } from '../terminal.ts';

/** `audit verify`: one line for each organization; exits 1 where a row is not as it was written. */
export function auditCommand(terminal: Terminal, env: NodeJS.ProcessEnv): Command {
  const verify = new Command('verify')
    .description('find out whether every row of the audit logs stands as it was written')
    .action(async () => {
      let broken = 0;
      const { verifyAuditLog } = await import('@mainspring/app/server/verify-audit-log.ts');
      await verifyAuditLog(env, (verdict) => {
        const about = `organization ${verdict.organizationId}`;
        if (verdict.kind === 'sound') {
          terminal.line(`ok      ${about}: rows 1 to ${verdict.rows}, the newest ${verdict.hash}`);
          return;
        }
        broken += 1;
        terminal.line(`broken  ${about}, row ${verdict.seq}: ${verdict.reason}`);
      }).catch(explain);
      if (broken > 0) throw new CommandFailure('the audit log was tampered with, or restored in part');
    });
  return new Command('audit').description('look after the audit log').addCommand(verify);
}

async function explain(error: unknown): Promise<never> {
  const { explainFailure } = await import('@mainspring/app/server/explain-failure.ts');
  throw new CommandFailure(explainFailure(error));
}
