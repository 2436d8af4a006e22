/** The inboxes of the given runs, in the order in which the messages came. $1 run ids (uuid[]). */
export const readInboxes = `
select run_id, id, message from run_inbox where run_id = any ($1) order by run_id, id`;

/**
 * One run's inbox and its wake count, of the same moment: what was put in by then is all there. One row without a
 * message where it is empty, none where the run is not alive. $1 organization, $2 run.
 */
export const readInbox = `
select i.id, i.message, r.wake from runs r left join run_inbox i on i.org_id = r.org_id and i.run_id = r.id
where r.org_id = $1 and r.id = $2 order by i.id`;
