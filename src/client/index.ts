export { RcmError } from '../core/errors.js';
export { CompanyCache, type StoreOptions } from './company-cache.js';
export type { CompanyCacheOptions } from './options.js';
