/** Another live server holds this data folder. */
export class DataFolderInUse extends Error {
  readonly code = 'data_folder_in_use';
  readonly folder: string;
  /** The holder's process id, or null where it could not be read. */
  readonly pid: number | null;

  constructor(folder: string, pid: number | null) {
    super(
      `The data folder ${folder} is in use by another Mainspring server${pid === null ? '' : ` (process ${pid})`}. ` +
        'Stop that server, or set MAINSPRING_DATA to another folder.',
    );
    this.name = 'DataFolderInUse';
    this.folder = folder;
    this.pid = pid;
  }
}
