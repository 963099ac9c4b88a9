/** Names of the platform's own collections and fields in MongoDB (configurable; read only). */
export interface PlatformCollections {
  companies: { collection: string; idField: string; nameField: string };
  calls: {
    collection: string;
    companyField: string;
    createdAtField: string;
    durationSecondsField: string;
    recordingBytesField: string;
  };
  /** Collections whose documents count as a company's storage. */
  storage: { collection: string; companyField: string }[];
}

export const DEFAULT_PLATFORM_COLLECTIONS: PlatformCollections = {
  companies: { collection: 'v2companies', idField: '_id', nameField: 'companyName' },
  calls: {
    collection: 'v2aiagentcalllogs',
    companyField: 'companyId',
    createdAtField: 'createdAt',
    durationSecondsField: 'durationSeconds',
    recordingBytesField: 'recordingBytes',
  },
  storage: [
    { collection: 'v2companies', companyField: '_id' },
    { collection: 'v2aiagentcalllogs', companyField: 'companyId' },
  ],
};
