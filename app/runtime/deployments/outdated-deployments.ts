/** What is deployed changed while the run was being advanced; the whole write begins again with the new list. */
export class OutdatedDeployments extends Error {
  readonly organizationId: string;
  constructor(organizationId: string) {
    super(`What organization ${organizationId} has deployed changed meanwhile.`);
    this.organizationId = organizationId;
  }
}
