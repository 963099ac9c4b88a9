import type { Demo } from './run.js';

/**
 * What to do with a demo that stays up.
 * @param command how rcm is called here
 * @param otherMongo whether a MongoDB is configured, which would be asked instead of the demo's store
 */
export function guide({ url, stateFile }: Pick<Demo, 'url' | 'stateFile'>, command: string, otherMongo: boolean) {
  return [
    'The demo stays up until Ctrl-C. In another terminal:',
    '',
    `  export RCM_REDIS_URL=${url}`,
    `  export RCM_STATE_FILE=${stateFile}`,
    ...(otherMongo ? ['  export RCM_MONGODB_URI=none'] : []),
    '',
    'and then, for example:',
    '',
    `  ${command} alerts`,
    `  ${command} drill-down attic`,
    `  ${command} detect`,
    `  ${command} recommend`,
    `  ${command} fix attic excessive_memory --dry-run`,
    `  ${command} trends attic`,
    `  ${command} activity teapot --patterns`,
    `  ${command} clear demo06 --dry-run`,
    `  ${command} pricing set redis.storageCostPerMB=0.12 --dry-run`,
    `  ${command} companies --watch 5`,
  ].join('\n');
}
